import { describe, expect, test } from '@jest/globals';
import { type Mutant, mutantsOf, mutated } from './mutants/mutant.ts';
import { judged, WEAKENINGS } from './mutants/oracle.ts';

test('what it says is one thing, with a reason', () => {
  const unclear = WEAKENINGS.filter(
    ({ weakens, harmless, held }) => [weakens, harmless, held].filter((text) => (text ?? '').length > 3).length !== 1,
  );
  expect(unclear).toEqual([]);
});

describe('a mutant', () => {
  const resources = {
    It: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        PolicyDocument: {
          Statement: [
            { Effect: 'Allow', Action: ['s3:GetObject'], Principal: { AWS: 'arn:aws:iam::210000000011:root' } },
            { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          ],
        },
        Days: 5000,
        On: true,
      },
    },
  };
  const all = [...mutantsOf(resources)];
  const of = (place: string, change: string) =>
    all.find((one) => one.place === place && one.change === change) as Mutant;
  const properties = (mutant: Mutant) => JSON.stringify(mutated(resources, mutant).It?.Properties);

  test.each([
    ['PolicyDocument.Statement.allow.Action.#', 'widen', '"Action":["*"]'],
    ['PolicyDocument.Statement.allow.Effect', 'effect', '[{"Effect":"Deny"'],
    ['PolicyDocument.Statement.allow.Principal.AWS', 'stranger', 'arn:aws:iam::999999999999:root'],
    ['PolicyDocument.Statement.deny.Condition.Bool', 'drop', '{"Effect":"Deny","Condition":{}}'],
    ['PolicyDocument.Statement.deny', 'drop', ':root"}}]}'],
    ['Days', 'lower', '"Days":5,'],
    ['Days', 'raise', '"Days":5001000,'],
    ['On', 'flip', '"On":false'],
  ])('of %s by %s', (place, change, expected) => {
    expect(properties(of(place, change))).toContain(expected);
    expect(resources.It.Properties.Days).toBe(5000);
  });

  test('by removal leaves the others', () => {
    expect(mutated({ ...resources, Other: { Type: 'x' } }, of('', 'remove'))).toEqual({ Other: { Type: 'x' } });
  });

  test('is judged by the first row that fits', () => {
    expect(judged(of('PolicyDocument.Statement.deny', 'drop'))?.weakens).toMatch(/allowed again/);
    expect(judged(of('PolicyDocument.Statement.allow', 'drop'))?.harmless).toBeDefined();
    expect(judged(of('', 'remove'))?.weakens).toMatch(/without TLS/);
  });
});
