import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { problemLine, runApp } from '#constructs/app-failure.ts';
import { auditRulesOf } from '#constructs/audit-rule-file.ts';
import { policySetsOf } from '#constructs/policy-folder.ts';
import { userError } from '#mesh/error.ts';
import { parseMesh } from '#mesh/topology/parse.ts';
import { addMesh } from '#stacks/app.ts';

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw userError('WEFT-STACK-003', `${file} cannot be read`, { cause, hint: 'name the file with -c mesh=<path>' });
  }
}

function synthesize(): void {
  const app = new App();
  const file = String(app.node.tryGetContext('mesh') ?? 'mesh.yaml');
  const mesh = parseMesh(read(file), file);
  for (const problem of mesh.problems) console.error(problemLine(problem));
  if (mesh.ok) addMesh(app, mesh.value, { policies: policySetsOf(file), auditRules: auditRulesOf(file) });
  else process.exitCode = 1;
}

runApp(synthesize);
