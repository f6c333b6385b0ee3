import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { auditRulesOf } from '#constructs/audit-rule-file.ts';
import { policySetsOf } from '#constructs/policy-folder.ts';
import { type Problem, userError, WeftError } from '#mesh/error.ts';
import { parseMesh } from '#mesh/topology/parse.ts';
import { addMesh } from '#stacks/app.ts';

/** One line for people: where, what, and what to do. */
function line({ file, line, column, severity, message, fix }: Problem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return `${place}: ${severity}: ${message}${fix ? ` (${fix})` : ''}`;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw userError('WEFT-STACK-003', `${file} cannot be read`, { cause, hint: 'name the file with -c mesh=<path>' });
  }
}

function synthesize(): boolean {
  const app = new App();
  const file = String(app.node.tryGetContext('mesh') ?? 'mesh.yaml');
  const mesh = parseMesh(read(file), file);
  for (const problem of mesh.problems) console.error(line(problem));
  if (mesh.ok) addMesh(app, mesh.value, { policies: policySetsOf(file), auditRules: auditRulesOf(file) });
  return mesh.ok;
}

try {
  if (!synthesize()) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof WeftError) || error.source !== 'user') throw error;
  console.error(`${error.message}${error.hint ? ` (${error.hint})` : ''}`);
  process.exitCode = 1;
}
