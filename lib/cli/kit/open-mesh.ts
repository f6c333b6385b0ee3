import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { userError } from '#mesh/error.ts';
import { bringUp } from '../local-mesh.ts';
import { readMeshAuditRules, readMeshFile, readMeshPolicies } from '../mesh-file.ts';
import { refuseBrokenRepository, repositoryApp, repositoryDomain } from '../repository-app.ts';
import { DomainMesh } from './domain-mesh.ts';

export interface OpenMeshOptions {
  /** The repository; default: the folder that the test runs in. */
  readonly repository?: string;
}

/**
 * Brings up the mesh of a repository's `mesh.yaml` on a free port of this machine, with the stacks of the repository's own app; it is gone when it is closed.
 * @throws WeftError `WEFT-TEMPLATE-017` for a folder that is no domain's repository; otherwise what `weft local up` says.
 */
export async function openMesh({ repository = '.' }: OpenMeshOptions = {}): Promise<DomainMesh> {
  const folder = resolve(repository);
  const app = repositoryApp(folder);
  if (app === undefined) {
    throw userError(
      'WEFT-TEMPLATE-017',
      `${folder} is not the repository of a domain: it has no cdk.json with an app`,
      {
        hint: 'run the tests from the root of the repository',
      },
    );
  }
  refuseBrokenRepository(folder, folder);
  const home = mkdtempSync(join(tmpdir(), 'weft-test-'));
  try {
    const up = await bringUp({
      topology: readMeshFile('mesh.yaml', folder),
      policies: readMeshPolicies('mesh.yaml', folder),
      auditRules: readMeshAuditRules('mesh.yaml', folder),
      folder: join(home, '.weft'),
      port: 0,
      repository: folder,
    });
    if (up.undeployed !== undefined) throw up.undeployed;
    return new DomainMesh(up, { folder, domain: repositoryDomain(app) }, async () => {
      await up.instance.close();
      rmSync(home, { recursive: true, force: true });
    });
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}
