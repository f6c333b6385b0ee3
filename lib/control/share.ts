import type { LinkCatalog } from '#aws/glue.ts';
import type { LakeFormation } from '#aws/lake-formation.ts';
import type { Grant } from '#mesh/access/grant.ts';
import type { ShareIntent, ShareReport } from '#mesh/subscription/subscription.ts';
import { roleArn } from '#mesh/topology/names.ts';
import { convergeAccess, permanentOnly } from './converge.ts';
import { isManagedLocally } from './managed.ts';
import { filteredTablesOf, observeGrants, tablesOf } from './observe-grants.ts';

export interface ShareDeps {
  readonly catalog: LinkCatalog;
  readonly lakeFormation: LakeFormation;
  /** The name of the role that this runs as: what it holds by owning the link is nobody's drift. */
  readonly agentRole: string;
  now(): Date;
}

/** Makes a consumer account's link and local grants equal to the intent, reads back, and reports; refusals that no repetition cures are in the report. */
export async function share(
  request: { readonly intent: ShareIntent; readonly generation: number },
  deps: ShareDeps,
): Promise<ShareReport> {
  const { intent, generation } = request;
  const at = () => deps.now().toISOString();
  try {
    const { ok, readBack, problems, linkExists } = await (intent.link === undefined
      ? clear(intent, deps)
      : establish(intent, intent.link, deps));
    const error = ok ? undefined : problems.join('; ') || 'the grants read back differ from the intent';
    return { generation, ok, at: at(), error, linkExists, readBack };
  } catch (error) {
    return { generation, ok: false, at: at(), error: permanentOnly(error), linkExists: false, readBack: [] };
  }
}

interface Local {
  readonly ok: boolean;
  readonly readBack: readonly Grant[];
  readonly problems: readonly string[];
  readonly linkExists: boolean;
}

async function establish(intent: ShareIntent, link: NonNullable<ShareIntent['link']>, deps: ShareDeps): Promise<Local> {
  const found = await deps.catalog.link(link.name);
  const aims = found?.target?.database === link.targetDatabase && found.target.catalogId === link.targetCatalogId;
  if (found !== undefined && !aims) {
    const what = found.target === undefined ? 'a database of its own' : `a link to ${found.target.database}`;
    const problems = [`\`${link.name}\` in account ${intent.account} is ${what}: rename it, then ask again`];
    return { ok: false, readBack: [], problems, linkExists: false };
  }
  if (found === undefined) await deps.catalog.createLink(link);
  const observe = async () => ({ grants: await look(intent, deps, true), filters: [] });
  // On a link that was made just now nobody holds anything; the look after granting shows what stands on the target.
  const assumed = found === undefined && intent.grants.length > 0 ? { grants: [], filters: [] } : undefined;
  const desired = { grants: intent.grants, filters: [] };
  return {
    ...(await convergeAccess(desired, { lakeFormation: deps.lakeFormation, observe, assumed })),
    linkExists: true,
  };
}

/** Takes everything away: grants first, then the link, so that nothing is orphaned. */
async function clear(intent: ShareIntent, deps: ShareDeps): Promise<Local> {
  const found = await deps.catalog.link(intent.linkName);
  const ours = found?.target !== undefined && found.target.database === intent.target.database;
  const observe = async () => ({ grants: await look(intent, deps, ours), filters: [] });
  const converged = await convergeAccess({ grants: [], filters: [] }, { lakeFormation: deps.lakeFormation, observe });
  if (ours) await deps.catalog.deleteLink(intent.linkName);
  const linkExists = ours && (await deps.catalog.link(intent.linkName)) !== undefined;
  return { ...converged, ok: converged.ok && !linkExists, linkExists };
}

/** The grants that the mesh answers for, on the link and on its target. */
async function look(intent: ShareIntent, deps: ShareDeps, linkStands: boolean): Promise<Grant[]> {
  const { account, linkName, target, grants, former } = intent;
  const leaving = intent.link === undefined;
  const desired = new Set(grants.map(({ principal }) => principal));
  const small = leaving && target.tables.length <= 3 ? target.tables : [];
  const tables = [...new Set([...tablesOf(grants), ...(former?.tables ?? []), ...small])].sort();
  const onLink = linkStands ? await deps.lakeFormation.onDatabase(account, linkName) : [];
  const onTarget = await observeGrants(deps.lakeFormation, {
    catalogId: target.catalogId,
    database: target.database,
    tables,
    filtered: [...new Set([...filteredTablesOf(grants), ...(former?.filtered ?? [])])].sort(),
    principals: [...new Set([...desired, ...(former?.principals ?? [])])].sort(),
    databaseItself: false,
  });
  const context = { agentRole: roleArn(account, deps.agentRole), account, desired, all: leaving };
  return [...onLink, ...onTarget].filter((grant) => isManagedLocally(grant, context));
}
