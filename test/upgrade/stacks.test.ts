import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { movesOf } from '#mesh/topology/moves.ts';
import { aviation } from '../stacks/aviation.ts';
import { lossesOfChain } from './stacks/chain.ts';
import { CHANGES, MOVES } from './stacks/changes.ts';
import { KEPT, lossesOf } from './stacks/compare.ts';
import { deployedReplacements, specifiedReplacements } from './stacks/replacing.ts';

const example = aviation();
const few = { ...example, domains: example.domains.slice(0, 2) };

describe('a mesh that goes on', () => {
  test('loses nothing by any change of mesh.yaml, in whatever order they come', () => {
    const chains = fc.tuple(fc.shuffledSubarray([...CHANGES], { minLength: CHANGES.length }), fc.nat(9));
    // A chain is every kind of change; synthesizing it takes seconds, and its own findings say what broke it better than a shorter one.
    fc.assert(
      fc.property(chains, ([changes, index]) => {
        expect(lossesOfChain(few, changes, { index, at: 8 })).toEqual([]);
      }),
      { numRuns: 1, endOnFailure: true },
    );
  });

  test.each(Object.entries(MOVES))('%s is told as another mesh', (_name, move) => {
    expect(movesOf(few, move(few))).not.toEqual([]);
  });
});

/** Where the local deployer and the specification say different things of a property, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'AWS::KMS::Key KeySpec': 'the specification lets the change be asked for, and KMS refuses it',
  'AWS::KMS::Key KeyUsage': 'the specification lets the change be asked for, and KMS refuses it',
  'AWS::DynamoDB::Table LocalSecondaryIndexes': 'DynamoDB makes them with the table only',
};

test('the local deployer replaces what the specification of CloudFormation says is replaced', () => {
  const specified = specifiedReplacements(Object.keys(KEPT));
  const different = Object.keys(KEPT).flatMap((type) => {
    const deployed = deployedReplacements(type);
    if (deployed === undefined) return [];
    const spec = specified.get(type) ?? [];
    const one = spec.filter((name) => deployed.known.includes(name) && !deployed.replacing.includes(name));
    const other = deployed.replacing.filter((name) => !spec.includes(name));
    return [...one, ...other].map((name) => `${type} ${name}`);
  });
  expect(different.sort()).toEqual(Object.keys(DIFFERENT).sort());
});

describe('the comparison', () => {
  const stack = (Resources: object, Outputs = {}) => ({ account: '1', template: { Resources, Outputs } as never });
  const replacing = new Map([['AWS::S3::Bucket', ['BucketName']]]);
  const bucket = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'a' }, DeletionPolicy: 'Retain' };
  const before = new Map([['1 app', stack({ It: bucket })]]);
  const losses = (after: object, from = before) =>
    lossesOf({ before: from, after: new Map([['1 app', stack(after)]]), replacing }).losses;

  test.each([
    ['another logical id', { Other: bucket }, 'leaves its stack'],
    ['another name', { It: { ...bucket, Properties: { BucketName: 'b' } } }, 'is replaced by a change of BucketName'],
    ['no name', { It: { ...bucket, Properties: {} } }, 'is replaced by a change of BucketName'],
    ['another type', { It: { ...bucket, Type: 'AWS::SQS::Queue' } }, 'becomes AWS::SQS::Queue'],
  ])('finds %s', (_what, after, loss) => {
    expect(losses(after)).toEqual([`1 app It: AWS::S3::Bucket ${loss}`]);
  });

  test('finds what is deleted with its stack', () => {
    const from = new Map([['1 app', stack({ It: { ...bucket, DeletionPolicy: undefined } })]]);
    expect(lossesOf({ before: from, after: new Map(), replacing }).losses).toEqual([
      '1 app It: AWS::S3::Bucket is deleted with its stack',
    ]);
    expect(lossesOf({ before, after: new Map(), replacing })).toEqual({ losses: [], left: ['1 app'] });
  });

  test('finds an export that another stack still imports', () => {
    const outputs = { Out: { Value: 'x', Export: { Name: 'app:x' } } };
    const reader = stack({ P: { Type: 'AWS::SSM::Parameter', Properties: { Value: { 'Fn::ImportValue': 'app:x' } } } });
    const from = new Map([
      ['1 app', stack({ It: bucket }, outputs)],
      ['1 reader', reader],
    ]);
    const next = (stacks: [string, ReturnType<typeof stack>][]) =>
      lossesOf({ before: from, after: new Map(stacks), replacing }).losses;
    expect(next([['1 app', stack({ It: bucket })]])).toEqual([
      '1 app: the export app:x goes while another stack imports it',
    ]);
    expect(next([['1 app', stack({ It: bucket }, outputs)]])).toEqual([]);
  });
});
