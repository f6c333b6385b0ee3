import { describe, expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { EncryptedKey } from '#constructs/encrypted-key.ts';
import { MeshFunction, type MeshFunctionProps } from '#constructs/mesh-function.ts';
import { LAMBDAS } from '../stacks/aviation.ts';

function lambda(props: Partial<MeshFunctionProps> = {}): { stack: Stack; made: MeshFunction } {
  const stack = new Stack(new App(), 'Stack', { env: { account: '210000000001', region: 'us-east-1' } });
  const logsKey = new EncryptedKey(stack, 'Key', { description: 'logs' }).allowLogs();
  const made = new MeshFunction(stack, 'Sync', {
    name: 'sync',
    description: 'a test',
    environment: { WEFT_MESH: 'aviation' },
    logsKey,
    lambdas: LAMBDAS,
    ...props,
  });
  return { stack, made };
}

describe('a mesh function', () => {
  test('runs on Node 24 and arm64, traced, with logs that end', () => {
    const template = Template.fromStack(lambda().stack);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      Environment: { Variables: { WEFT_MESH: 'aviation' } },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365, KmsKeyId: Match.anyValue() });
  });

  test('keeps what fails, and says so, unless the type says why not', () => {
    const kept = Template.fromStack(lambda().stack);
    kept.resourceCountIs('AWS::SQS::Queue', 1);
    kept.resourceCountIs('AWS::CloudWatch::Alarm', 2);
    const without = Template.fromStack(
      lambda({ deadLetters: { without: 'the caller is told' }, errorAlarm: { without: 'a test' } }).stack,
    );
    without.resourceCountIs('AWS::SQS::Queue', 0);
    without.resourceCountIs('AWS::CloudWatch::Alarm', 0);
  });

  test('writes to its own log group and to no other', () => {
    const policies = Template.fromStack(lambda().stack).findResources('AWS::IAM::Policy');
    const text = JSON.stringify(policies);
    expect(text).toContain('logs:PutLogEvents');
    expect(text).not.toContain('logs:CreateLogGroup');
    expect(text).not.toContain('AWSLambdaBasicExecutionRole');
  });

  test('names the messages of a queue that failed one by one', () => {
    const { stack, made } = lambda();
    made.consume(new Queue(stack, 'Work'));
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  test('without an entry is an error that names the file', () => {
    expect(() => lambda({ name: 'absent' })).toThrow(/absent\/handler\.ts does not exist/);
  });
});
