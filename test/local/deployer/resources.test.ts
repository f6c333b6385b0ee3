import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { Cloud } from '#local/core/cloud.ts';
import { bootstrap } from '#local/deployer/bootstrap.ts';
import { deployAssembly } from '#local/deployer/deploy.ts';
import { executionContext } from '#local/deployer/execution-role.ts';
import { makeRequest } from '#local/deployer/request.ts';
import type { Template } from '#local/deployer/template/template.ts';
import { allServices } from '#local/instance/services.ts';
import { ACCOUNT, temporaryFolder, writeAssembly } from './assembly.ts';

/** A call that is made as CloudFormation's role, and what it must give: members to match, an error, or a text that is not in it. */
interface Call {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly gives?: unknown;
  readonly lacks?: string;
  readonly error?: string;
}

/** A read of a bucket's configuration: a text that the answer holds, or an error. */
interface BucketRead {
  readonly bucket: string;
  readonly operation: string;
  readonly query: string;
  readonly body?: string;
  readonly error?: string;
}

interface Step {
  readonly resources: Template['Resources'];
  readonly asset?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, never>>;
  readonly counts?: Readonly<Record<string, number>>;
  readonly expectOutputs?: unknown;
  readonly fails?: string;
  readonly read?: readonly Call[];
  readonly s3?: readonly BucketRead[];
}

interface Case {
  readonly name: string;
  readonly before?: readonly Call[];
  readonly steps: readonly Step[];
}

const folder = new URL('../../cases/resources/', import.meta.url);

describe.each(readdirSync(folder))('%s', (file) => {
  const cases = parse(readFileSync(new URL(file, folder), 'utf8'), { merge: true }) as Case[];

  test.each(cases)('$name', async ({ before = [], steps }) => {
    const cloud = new Cloud({ folder: temporaryFolder() });
    for (const service of allServices(cloud)) cloud.register(service);
    await bootstrap(cloud, ACCOUNT, 'us-east-1');
    for (const call of before) await make(cloud, call);
    let outputs: Readonly<Record<string, string>> = {};
    for (const step of steps) {
      const { resources, asset } = step;
      const Outputs = Object.fromEntries(Object.entries(step.outputs ?? {}).map(([name, Value]) => [name, { Value }]));
      const template: Template = { Resources: resources, Outputs };
      const { stacks } = await deployAssembly(cloud, writeAssembly({ app: { template, asset } }));
      const [result] = stacks;
      if (step.fails !== undefined) {
        expect(result?.error?.message).toContain(step.fails);
        continue;
      }
      expect(result?.error?.message).toBeUndefined();
      if (step.counts !== undefined) expect(result?.counts).toMatchObject(step.counts);
      outputs = { ...outputs, ...result?.outputs };
      if (step.expectOutputs !== undefined) expect(result?.outputs).toMatchObject(patterns(step.expectOutputs));
      for (const call of step.read ?? []) await check(cloud, filled(call, outputs));
      for (const call of step.s3 ?? []) await checkBucket(cloud, call, outputs[call.bucket.slice(1)] ?? call.bucket);
    }
    await cloud.close();
  });
});

async function check(cloud: Cloud, call: Call): Promise<void> {
  if (call.error !== undefined) {
    await expect(make(cloud, call)).rejects.toMatchObject({ code: expect.stringContaining(call.error) as unknown });
    return;
  }
  const output = await make(cloud, call);
  if (call.gives !== undefined) expect(output).toMatchObject(patterns(call.gives));
  if (call.lacks !== undefined) expect(JSON.stringify(output)).not.toContain(call.lacks);
}

async function checkBucket(cloud: Cloud, { operation, query, body, error }: BucketRead, bucket: string): Promise<void> {
  const service = cloud.serviceNamed('s3');
  if (service === undefined) throw new Error('no s3');
  const request = { method: 'GET', path: `/${bucket}`, query: { [query]: '' }, headers: {}, body: Buffer.alloc(0) };
  const context = { ...executionContext(cloud, ACCOUNT, 'us-east-1'), request };
  const answer = cloud.invoke(service, operation, { Bucket: bucket, Key: '' }, context);
  if (error !== undefined) await expect(answer).rejects.toMatchObject({ code: error });
  else expect(String(((await answer) as { body: unknown }).body)).toContain(body);
}

function make(cloud: Cloud, { service, operation, input }: Call): Promise<Record<string, unknown>> {
  const site = { account: ACCOUNT, region: 'us-east-1', stackName: 'test', stackId: 'test' };
  const request = { cloud, site, logicalId: 'x', type: 'x', properties: {}, replacements: 0, assets: new Map() };
  return makeRequest(request).call(service, operation, input);
}

/** `$Name` in what is asked or expected is an output of the stack. */
function filled(call: Call, outputs: Readonly<Record<string, string>>): Call {
  const text = JSON.stringify(call).replace(/"\$(\w+)"/g, (whole, name: string) =>
    JSON.stringify(outputs[name] ?? whole),
  );
  return JSON.parse(text) as Call;
}

/** Texts between slashes are regular expressions. */
function patterns(expected: unknown): Record<string, unknown> {
  return replaced(expected) as Record<string, unknown>;
}

function replaced(value: unknown): unknown {
  if (typeof value === 'string') {
    const pattern = /^\/(.+)\/$/.exec(value)?.[1];
    return pattern === undefined ? value : (expect.stringMatching(new RegExp(pattern)) as unknown);
  }
  if (Array.isArray(value)) return value.map(replaced);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replaced(member)]));
}
