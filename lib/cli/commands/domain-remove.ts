import { readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { isMap, isSeq, parseDocument } from 'yaml';
import { userError } from '#mesh/error.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { refuseLiveDomain } from '../domain-removal.ts';
import { tone } from '../io.ts';
import { readMeshFile } from '../mesh-file.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const name = invocation.args[0] ?? '';
  const connection = await connect(invocation);
  await refuseLiveDomain(name, connection);
  const check = invocation.options.check === true;
  const file = check ? undefined : removeFromFile(name, textOption(invocation, 'mesh'), io.cwd);
  if (invocation.json) {
    io.out(`${JSON.stringify({ domain: name, removable: true, ...(file === undefined ? {} : { file }) })}\n`);
    return;
  }
  io.err(`${name} ${tone(io, 'good', 'has nothing that anybody would lose')}\n`);
  if (file !== undefined) {
    io.err(
      `taken out of ${file}\n${tone(io, 'dim', 'next:')} deploy the mesh, then delete the stacks of its account\n`,
    );
  }
}

/** Takes a domain out of a `mesh.yaml` and leaves all else as somebody wrote it. @throws WEFT-CLI-064 when the file is not named, or does not have it. */
function removeFromFile(name: string, path: string | undefined, cwd: string): string {
  if (path === undefined) {
    throw userError('WEFT-CLI-064', 'no mesh file is named', {
      hint: 'add --mesh mesh.yaml to take the domain out of it, or --check to look only',
    });
  }
  const file = resolve(cwd, path);
  readMeshFile(path, cwd);
  const document = parseDocument(readFileSync(file, 'utf8'));
  const domains = document.get('domains');
  const index = isSeq(domains) ? domains.items.findIndex((item) => isMap(item) && item.get('name') === name) : -1;
  if (index < 0) {
    throw userError('WEFT-CLI-064', `${path} has no domain ${JSON.stringify(name)}`, {
      hint: 'deploy it as it is: the mesh still has the domain',
    });
  }
  document.deleteIn(['domains', index]);
  writeFileSync(file, document.toString({ lineWidth: 0 }));
  return relative(cwd, file);
}
