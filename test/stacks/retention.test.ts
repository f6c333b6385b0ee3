import { describe, expect, test } from '@jest/globals';
import { appOf, aviation, templatesOf } from './aviation.ts';

const templates = templatesOf(appOf(aviation()));
const resources = [...templates].flatMap(([stack, { Resources }]) =>
  Object.entries(Resources).map(([id, resource]) => ({ stack, id, ...resource })),
);

const STATEFUL = [
  'AWS::Athena::WorkGroup',
  'AWS::DynamoDB::Table',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
];

describe('when a stack goes', () => {
  test.each(STATEFUL)('%s stays, also when it is replaced', (type) => {
    const found = resources.filter(({ Type }) => Type === type);
    expect(found.length).toBeGreaterThan(0);
    for (const { stack, id, DeletionPolicy, UpdateReplacePolicy } of found) {
      expect([stack, id, DeletionPolicy, UpdateReplacePolicy]).toEqual([stack, id, 'Retain', 'Retain']);
    }
  });

  test('nothing asks to be deleted with its content', () => {
    const text = JSON.stringify([...templates]);
    expect(text).not.toContain('Custom::S3AutoDeleteObjects');
    expect(
      resources.filter(({ DeletionPolicy }) => DeletionPolicy === 'Delete').map(({ id, Type }) => [id, Type]),
    ).toEqual([]);
  });
});
