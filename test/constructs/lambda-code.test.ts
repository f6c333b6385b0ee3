import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { EncryptedKey } from '#constructs/encrypted-key.ts';
import { lambdaCode } from '#constructs/lambda-code.ts';
import { MeshFunction } from '#constructs/mesh-function.ts';
import { LAMBDAS } from '../stacks/aviation.ts';

test('an entry is one minified module, and its source map stays behind', () => {
  const outdir = new App();
  const stack = new Stack(outdir, 'Stack');
  const logsKey = new EncryptedKey(stack, 'Key', { description: 'logs' });
  new MeshFunction(stack, 'Api', { name: 'api', description: 'a test', environment: {}, logsKey, lambdas: LAMBDAS });
  const assembly = outdir.synth();
  const [asset = ''] = readdirSync(assembly.directory).filter((file) => file.startsWith('asset.'));
  expect(readdirSync(join(assembly.directory, asset))).toEqual(['index.mjs']);
  expect(readFileSync(join(assembly.directory, asset, 'index.mjs'), 'utf8')).toMatch(/export\{\w+ as handler\}/);
});

test('two accounts share the bundle of an entry', () => {
  const folder = (id: string) => lambdaCode('api', LAMBDAS).bind(new Stack(new App(), id)).s3Location?.objectKey;
  expect(folder('One')).toBe(folder('Two'));
  expect(folder('One')).not.toBe(lambdaCode('sync', LAMBDAS).bind(new Stack(new App(), 'Three')).s3Location?.objectKey);
});
