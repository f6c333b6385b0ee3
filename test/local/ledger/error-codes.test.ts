import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../../..');

/** Codes that no test provokes, and why. */
const REASONS: Readonly<Record<string, string>> = {
  AWSOrganizationsNotInUseException: 'every account of a mesh is in its organization',
  BadRequestException: 'the deployer makes APIs, from templates that are checked before',
  ExecuteApi: 'not a code of AWS: what an API answers is its own status and message',
  InvalidConnection: 'not a code of AWS: the connector fails the query with its words, which tests name',
  InvalidSecret: 'not a code of AWS: the connector fails the query with its words, which tests name',
  InvalidEventSelectorsException: 'the deployer gives one kind of selectors',
  InvalidFilterKey: 'a key that AWS has and that is not modelled here',
  InvalidParameterCombinationException: 'the deployer refuses the property before',
  InvalidParameterValueException: 'the deployer refuses the property before',
  InvalidRequestContentException: 'the deployer gives every function its code',
  MessageNotInflight: 'two receivers would have to race',
  ResourceNumberLimitExceededException: 'a thousand LF-Tags take long',
  ResourceShareInvitationArnNotFoundException: 'the mesh shares within an organization, where there are no invitations',
  ServiceException: 'the cloud would have to end within a call',
  TrailAlreadyExistsException: 'the deployer makes each trail once',
  UnsupportedOperationException: 'the deployer asks rotation of symmetric keys only',
};

/** All text of the files below a folder. */
function textBelow(folder: string, ending: RegExp): string {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name) && !name.endsWith('error-codes.test.ts'))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'))
    .join('\n');
}

test('every error code of a service is met by a test, or says why not', () => {
  const services = textBelow('lib/local/services', /\.ts$/);
  const codes = new Set([...services.matchAll(/new AwsError\(\s*'([A-Za-z.]+)'/g)].map((match) => match[1] ?? ''));
  const contract = readFileSync(join(ROOT, 'test/contract/error-codes.test.ts'), 'utf8');
  const tests = `${textBelow('test', /\.(ts|yaml|json|py)$/)}\n${contract}`;
  // The SDK adds `Exception` to the codes of some services.
  const met = (code: string) => new RegExp(`['"/(]${code.replaceAll('.', '\\.')}(Exception)?['"/)]`).test(tests);
  const missing = [...codes].filter((code) => !met(code));
  expect(codes.size).toBeGreaterThan(50);
  expect(missing.filter((code) => REASONS[code] === undefined)).toEqual([]);
  expect(Object.keys(REASONS).filter((code) => !missing.includes(code))).toEqual([]);
});
