import { describe, expect, test } from '@jest/globals';
import { appOf, aviation, templatesOf } from './aviation.ts';

const templates = templatesOf(appOf(aviation()));
const resourcesOf = (stack: string, type: string) =>
  Object.values(templates.get(stack)?.Resources ?? {}).filter(({ Type }) => Type === type);

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Condition?: unknown;
}

const denials = resourcesOf('aviation-analytics-foundation', 'AWS::S3::BucketPolicy')
  .flatMap(({ Properties }) => (Properties?.PolicyDocument as { Statement: Statement[] }).Statement)
  .filter(({ Sid }) => Sid?.startsWith('Disposals'));

describe('the disposal of a domain', () => {
  test('alone writes below disposals/, and nobody deletes there', () => {
    expect(denials.map(({ Effect, Action }) => [Effect, Action])).toEqual([
      ['Deny', 's3:PutObject'],
      ['Deny', ['s3:DeleteObject', 's3:DeleteObjectVersion']],
    ]);
    expect(denials[0]?.Condition).toEqual({
      ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::210000000014:role/aviation-analytics-disposal' },
    });
    expect(denials[1]).not.toHaveProperty('Condition');
  });

  test('never runs twice at once: two runs would each write down what the other removes', () => {
    const [lambda] = resourcesOf('aviation-analytics', 'AWS::Lambda::Function').filter(
      ({ Properties }) => Properties?.FunctionName === 'aviation-analytics-disposal',
    );
    expect(lambda?.Properties?.ReservedConcurrentExecutions).toBe(1);
  });

  test('signs with a key that nobody else in the account may use', () => {
    const signers = [
      ...resourcesOf('aviation-analytics', 'AWS::IAM::Policy'),
      ...resourcesOf('aviation-analytics', 'AWS::IAM::ManagedPolicy'),
    ].filter(({ Properties }) => JSON.stringify(Properties?.PolicyDocument).includes('kms:Sign'));
    expect(signers.map(({ Properties }) => JSON.stringify(Properties?.Roles))).toEqual([
      expect.stringMatching(/^\[\{"Ref":"DisposalRole\w+"\}\]$/),
    ]);
  });
});
