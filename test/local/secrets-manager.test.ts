import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { Cloud, callerFor } from '#local/core/cloud.ts';
import { AwsError } from '#local/core/error.ts';
import { recordOf } from '#local/services/cloudtrail/record.ts';
import { LambdaService } from '#local/services/lambda/service.ts';
import { SecretsManagerService } from '#local/services/secrets-manager/service.ts';

const OWNER = 'arn:aws:iam::111111111111:role/owner';
const STRANGER = 'arn:aws:iam::222222222222:role/stranger';
const ROTATE = 'arn:aws:lambda:us-east-1:111111111111:function:rotate';
const HOUR = 3_600_000;

interface Event {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

/** A function that rotates, in place of Lambda. */
class Rotating extends LambdaService {
  readonly steps: Event[] = [];
  step: (event: Event) => Promise<void> = async () => undefined;

  override async invokeAs(...[, , payload]: Parameters<LambdaService['invokeAs']>) {
    const event = JSON.parse(payload) as Event;
    this.steps.push(event);
    const functionError = await this.step(event).then(
      () => undefined,
      () => 'Unhandled' as const,
    );
    return { payload: '{}', duration: 1, requestId: 'x', ...(functionError === undefined ? {} : { functionError }) };
  }
}

describe('a secret', () => {
  let cloud: Cloud;
  let lambda: Rotating;
  const folder = mkdtempSync(join(tmpdir(), 'weft-secrets-'));

  const call = <T>(operation: string, input: object, arn = OWNER) => {
    const context = cloud.contextFor(callerFor(arn, 'test'));
    return cloud.invoke(cloud.service(SecretsManagerService), operation, input, context) as Promise<T>;
  };
  const value = async (more: object = {}, arn = OWNER) => {
    const { SecretString } = await call<{ SecretString: string }>('GetSecretValue', { SecretId: 'a', ...more }, arn);
    return SecretString;
  };
  const pass = async (milliseconds: number) => {
    cloud.clock.advance(milliseconds);
    await cloud.settle();
  };

  beforeEach(async () => {
    cloud = new Cloud({ folder, clock: new Clock(Date.parse('2026-03-01T00:00:00Z')) });
    lambda = new Rotating(cloud);
    cloud.register(lambda);
    cloud.register(new SecretsManagerService(cloud));
    await call('CreateSecret', { Name: 'a', SecretString: 'one' });
  });

  afterEach(async () => {
    await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is for another account only where its policy says so, and a Deny holds for all', async () => {
    const { ARN } = await call<{ ARN: string }>('DescribeSecret', { SecretId: 'a' });
    await expect(value({ SecretId: ARN }, STRANGER)).rejects.toThrow(/no resource-based policy allows/);
    const statement = (Effect: string, AWS: string) => ({
      Effect,
      Principal: { AWS },
      Action: 'secretsmanager:GetSecretValue',
      Resource: '*',
    });
    const policy = (...Statement: object[]) =>
      call('PutResourcePolicy', {
        SecretId: 'a',
        ResourcePolicy: JSON.stringify({ Version: '2012-10-17', Statement }),
      });
    await policy(statement('Allow', STRANGER));
    expect(await value({ SecretId: ARN }, STRANGER)).toBe('one');
    await policy(statement('Allow', STRANGER), statement('Deny', OWNER));
    await expect(value()).rejects.toThrow(/explicit deny in a resource-based policy/);
    expect(await call('GetResourcePolicy', { SecretId: 'a' })).toMatchObject({ ResourcePolicy: expect.any(String) });
    await call('DeleteResourcePolicy', { SecretId: 'a' });
    expect(await value()).toBe('one');
    await expect(call('PutResourcePolicy', { SecretId: 'a', ResourcePolicy: 'no' })).rejects.toThrow(AwsError);
  });

  test('never shows its value in CloudTrail', async () => {
    const context = cloud.contextFor(callerFor(OWNER, 'test'));
    const base = { service: 'secretsmanager', iamPrefix: 'secretsmanager', readOnly: false, eventSource: 'x', at: 0 };
    const records = ['CreateSecret', 'PutSecretValue', 'UpdateSecret'].map((operation) =>
      recordOf(
        {
          ...base,
          ...context,
          operation,
          action: `secretsmanager:${operation}`,
          resources: [],
          input: { SecretId: 'a', SecretString: 'very secret', SecretBinary: 'very secret' },
        },
        { output: { RandomPassword: 'very secret' } },
      ),
    );
    expect(JSON.stringify(records)).toContain('secretId');
    expect(JSON.stringify(records)).not.toContain('very secret');
  });

  test('is rotated in four steps with one token, when it is asked for and when it is due', async () => {
    lambda.step = async ({ Step, SecretId, ClientRequestToken }) => {
      if (Step === 'createSecret') {
        expect(await value({ VersionStage: 'AWSPENDING' })).toBeUndefined();
        const next = { SecretString: `made at ${cloud.clock.now()}`, VersionStages: ['AWSPENDING'] };
        await call('PutSecretValue', { SecretId, ClientRequestToken, ...next });
      }
      if (Step !== 'finishSecret') return;
      const { VersionId } = await call<{ VersionId: string }>('GetSecretValue', { SecretId });
      const move = { VersionStage: 'AWSCURRENT', MoveToVersionId: ClientRequestToken };
      await expect(call('UpdateSecretVersionStage', { SecretId, ...move })).rejects.toThrow(/RemoveFromVersionId/);
      await call('UpdateSecretVersionStage', { SecretId, ...move, RemoveFromVersionId: VersionId });
    };
    const rules = { RotationLambdaARN: ROTATE, RotationRules: { AutomaticallyAfterDays: 30 } };
    await call('RotateSecret', { SecretId: 'a', ...rules });
    await cloud.settle();
    expect(lambda.steps.map(({ Step }) => Step)).toEqual(['createSecret', 'setSecret', 'testSecret', 'finishSecret']);
    expect(new Set(lambda.steps.map(({ ClientRequestToken }) => ClientRequestToken)).size).toBe(1);
    const first = await value();
    expect(first).toMatch(/^made at/);
    expect(await value({ VersionStage: 'AWSPREVIOUS' })).toBe('one');
    await pass(29 * 24 * HOUR);
    expect(lambda.steps).toHaveLength(4);
    await pass(24 * HOUR);
    expect(lambda.steps).toHaveLength(8);
    expect(await value({ VersionStage: 'AWSPREVIOUS' })).toBe(first);
    await call('CancelRotateSecret', { SecretId: 'a' });
    await pass(60 * 24 * HOUR);
    expect(lambda.steps).toHaveLength(8);
  });

  test('stays what it was when a step fails, and is tried again with the same token', async () => {
    lambda.step = async ({ Step }) => {
      if (Step === 'setSecret') throw new Error('the database is away');
    };
    const rules = { RotationLambdaARN: ROTATE, RotationRules: { ScheduleExpression: 'rate(7 days)' } };
    await call('RotateSecret', { SecretId: 'a', ...rules });
    await cloud.settle();
    expect(lambda.steps.map(({ Step }) => Step)).toEqual(['createSecret', 'setSecret']);
    expect(await value()).toBe('one');
    await pass(HOUR);
    expect(lambda.steps).toHaveLength(4);
    expect(new Set(lambda.steps.map(({ ClientRequestToken }) => ClientRequestToken)).size).toBe(1);
  });
});
