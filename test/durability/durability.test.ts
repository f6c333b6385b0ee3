import { expect, test } from '@jest/globals';
import { ACCOUNT, writeAssembly } from '../local/deployer/assembly.ts';
import { surviveDeployments } from './deployments.ts';
import { survive } from './durability.ts';

/** Two hundred by `npm run durability`. */
test('a local AWS that is killed under load comes up by itself and has lost nothing that it acknowledged', async () => {
  const { acknowledged, lost } = await survive(2);
  expect(lost).toEqual([]);
  expect(acknowledged).toBeGreaterThan(0);
}, 60_000);

/** A whole mesh, forty times, by `npm run durability`. */
test('a deployment that is killed and begun again comes to its end and has lost nothing that was acknowledged', async () => {
  const resources = ['One', 'Two', 'Three'].map((name) => [
    name,
    { Type: 'AWS::IAM::ManagedPolicy', Properties: POLICY },
  ]);
  const assembly = writeAssembly({ app: { template: { Resources: Object.fromEntries(resources) } } });
  const survived = await surviveDeployments(2, { assembly, accounts: [ACCOUNT], most: 15 });
  expect(survived.wrong).toEqual([]);
  expect(survived.acknowledged).toBeGreaterThan(2);
}, 60_000);

const POLICY = {
  PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] },
};
