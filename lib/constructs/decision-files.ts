import { readFileSync } from 'node:fs';
import type { PolicySets } from '#mesh/policy/policy-sets.ts';
import type { Beside } from './lambda-code.ts';
import { CEDAR_MODULE, POLICY_SCHEMA } from './policy-folder.ts';

let cedar: Uint8Array | undefined;
let schema: Uint8Array | undefined;

/** What a Lambda that decides needs beside its code: `cedar.wasm`, the schema of policies, and the policies as `policies.json`. */
export function decisionFiles(policies: PolicySets): Beside {
  cedar ??= readFileSync(CEDAR_MODULE);
  schema ??= readFileSync(POLICY_SCHEMA);
  return {
    'cedar.wasm': cedar,
    'schema.cedarschema': schema,
    'policies.json': Buffer.from(JSON.stringify(policies)),
  };
}
