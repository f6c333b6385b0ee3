import type { LinkCatalog } from '#aws/glue.ts';
import type { LakeFormation } from '#aws/lake-formation.ts';
import type { Invitations } from '#aws/ram.ts';
import type { Grant } from '#mesh/access/grant.ts';
import { type DriftFinding, driftKey } from '#mesh/drift/finding.ts';
import { settingsDrift } from '#mesh/drift/settings.ts';
import { withoutWidening } from '#mesh/plan/before-catalog.ts';
import type { ShareIntent, ShareRecord, ShareReport } from '#mesh/subscription/subscription.ts';
import { roleArn } from '#mesh/topology/names.ts';
import { convergeAccess, permanentOnly } from './converge.ts';
import { driftReport, type FoundLink, localDrift } from './local-drift.ts';
import { isManagedLocally, isSameRole } from './managed.ts';
import { filteredTablesOf, observeGrants, tablesOf } from './observe-grants.ts';

export interface ShareDeps {
  readonly catalog: LinkCatalog;
  readonly lakeFormation: LakeFormation;
  /** Where the account is in no organization with governance: what is shared arrives as an invitation. */
  readonly invitations?: Invitations | undefined;
  /** The name of the role that this runs as: what it holds by owning the link is nobody's drift. */
  readonly agentRole: string;
  now(): Date;
}

/** What an agent is asked: an intent to apply, or to look whether somebody changed what it left of it. */
export interface ShareRequest {
  readonly intent: ShareIntent;
  readonly generation: number;
  readonly look?: ShareRecord['look'];
  /** The intent as it was before what has ended went from it: what the agent left by it is nobody's drift. */
  readonly before?: ShareIntent;
}

/** Makes a consumer account's link and local grants equal to the intent, reads back, and reports; refusals that no repetition cures are in the report. */
export async function share(request: ShareRequest, deps: ShareDeps): Promise<ShareReport> {
  const { generation } = request;
  const at = () => deps.now().toISOString();
  try {
    const { ok, readBack, problems, linkExists, looked, drift } = await work(request, deps);
    const error = ok ? undefined : problems.join('; ') || 'the grants read back differ from the intent';
    return {
      generation,
      ok,
      at: at(),
      error,
      linkExists,
      readBack,
      ...(looked === undefined ? {} : { looked }),
      ...(drift === undefined ? {} : { drift }),
    };
  } catch (error) {
    return { generation, ok: false, at: at(), error: permanentOnly(error), linkExists: false, readBack: [] };
  }
}

interface Local {
  readonly ok: boolean;
  readonly readBack: readonly Grant[];
  readonly problems: readonly string[];
  readonly linkExists: boolean;
  /** Nothing was looked at where the link's name is taken. */
  readonly looked?: true;
  readonly drift?: ShareReport['drift'];
}

type Link = NonNullable<ShareIntent['link']>;

function work({ intent, look, before = intent }: ShareRequest, deps: ShareDeps): Promise<Local> {
  const { link } = intent;
  if (link === undefined) return clear(intent, deps);
  return look === undefined ? establish(intent, link, deps) : inspect({ intent, before }, link, look.mend, deps);
}

async function establish(intent: ShareIntent, link: Link, deps: ShareDeps): Promise<Local> {
  await deps.invitations?.accept(link.targetCatalogId);
  const found = await deps.catalog.link(link.name);
  if (found !== undefined && !aims(found, link)) return taken(intent, link, found);
  if (found === undefined) await deps.catalog.createLink(link);
  const observe = async () => ({ grants: (await everyGrant(intent, deps, { onLink: true })).managed, filters: [] });
  // On a link that was made just now nobody holds anything; the look after granting shows what stands on the target.
  const assumed = found === undefined && intent.grants.length > 0 ? { grants: [], filters: [] } : undefined;
  const desired = { grants: intent.grants, filters: [] };
  const suspected = intent.former?.grants ?? [];
  return {
    ...(await convergeAccess(desired, { lakeFormation: deps.lakeFormation, observe, assumed, suspected })),
    linkExists: true,
    looked: true,
  };
}

/** Looks at every table for what somebody changed, takes away what is too wide, and puts the rest right where it shall. */
async function inspect(
  { intent, before }: { readonly intent: ShareIntent; readonly before: ShareIntent },
  link: Link,
  mend: boolean,
  deps: ShareDeps,
): Promise<Local> {
  const found = await deps.catalog.link(link.name);
  const straight = found !== undefined && aims(found, link);
  const { managed, others } = await everyGrant(intent, deps, { onLink: straight, thorough: true });
  const agent = roleArn(intent.account, deps.agentRole);
  const settings = settingsDrift({ admins: [agent] }, await deps.lakeFormation.settings(), intent.account);
  const there = { link: found, managed, others };
  const known = new Set(localDrift(before, there).map(driftKey));
  const isEnding = (finding: DriftFinding) =>
    finding.grant !== undefined && isSameRole(finding.by, agent) && !known.has(driftKey(finding));
  const findings = [...localDrift(intent, there).filter((finding) => !isEnding(finding)), ...settings];
  // What has data of its own is not the mesh's to delete.
  if (found !== undefined && found.target === undefined)
    return { ...taken(intent, link, found), drift: driftReport(findings, { ok: false, waits: !mend }) };
  if (mend && !straight) {
    if (found !== undefined) await deps.catalog.deleteLink(link.name);
    await deps.catalog.createLink(link);
  }
  const linkExists = straight || mend;
  const observe = async () => {
    const now = await everyGrant(intent, deps, { onLink: linkExists, thorough: true });
    return { grants: now.managed, filters: [] };
  };
  const whole = { grants: intent.grants, filters: [] };
  const desired = mend ? whole : withoutWidening(whole, { grants: managed });
  const seen = straight || !mend ? { grants: managed, filters: [] } : undefined;
  const converged = await convergeAccess(desired, { lakeFormation: deps.lakeFormation, observe, seen });
  return { ...converged, linkExists, drift: driftReport(findings, { ok: converged.ok, waits: !mend }) };
}

function aims({ target }: NonNullable<FoundLink>, link: Link): boolean {
  return target?.database === link.targetDatabase && target.catalogId === link.targetCatalogId;
}

function taken({ account }: ShareIntent, { name }: Link, { target }: NonNullable<FoundLink>): Local {
  const what = target === undefined ? 'a database of its own' : `a link to ${target.database}`;
  const problems = [`\`${name}\` in account ${account} is ${what}: rename it, then ask again`];
  return { ok: false, readBack: [], problems, linkExists: false };
}

/** Takes everything away: grants first, then the link, so that nothing is orphaned. */
async function clear(intent: ShareIntent, deps: ShareDeps): Promise<Local> {
  const found = await deps.catalog.link(intent.linkName);
  const ours = found?.target !== undefined && found.target.database === intent.target.database;
  const observe = async () => ({ grants: (await everyGrant(intent, deps, { onLink: ours })).managed, filters: [] });
  const suspected = intent.former?.grants ?? [];
  const nothing = { grants: [], filters: [] };
  const converged = await convergeAccess(nothing, { lakeFormation: deps.lakeFormation, observe, suspected });
  if (ours) await deps.catalog.deleteLink(intent.linkName);
  const linkExists = ours && (await deps.catalog.link(intent.linkName)) !== undefined;
  return { ...converged, ok: converged.ok && !linkExists, linkExists, looked: true };
}

/** The grants on the link and on its target: those that the mesh answers for, and those of others. `thorough` asks for every table. */
async function everyGrant(
  intent: ShareIntent,
  deps: ShareDeps,
  { onLink, thorough: asked = false }: { readonly onLink: boolean; readonly thorough?: boolean },
): Promise<{ readonly managed: readonly Grant[]; readonly others: readonly Grant[] }> {
  const { account, linkName, target, grants, former } = intent;
  const leaving = intent.link === undefined;
  // What a whole account passed on stands with roles that nobody named, on any table.
  const retracting = former?.passedOn === true && intent.passesOn === undefined;
  const thorough = asked || retracting;
  const desired = new Set(grants.map(({ principal }) => principal));
  const small = thorough || (leaving && target.tables.length <= 3) ? target.tables : [];
  const tables = [...new Set([...tablesOf(grants), ...(former?.tables ?? []), ...small])].sort();
  const linkGrants = onLink ? await deps.lakeFormation.onDatabase(account, linkName) : [];
  const onTarget = await observeGrants(deps.lakeFormation, {
    catalogId: target.catalogId,
    database: target.database,
    tables,
    filtered: [...new Set([...filteredTablesOf(grants), ...(former?.filtered ?? [])])].sort(),
    principals: [...new Set([...desired, ...(former?.principals ?? [])])].sort(),
    databaseItself: false,
    tableByTable: thorough,
  });
  const agent = roleArn(account, deps.agentRole);
  const context = { agentRole: agent, account, desired, all: leaving || retracting };
  const all = [...linkGrants, ...onTarget].filter(({ principal }) => principal !== agent);
  const managed = all.filter((grant) => isManagedLocally(grant, context));
  return { managed, others: all.filter((grant) => !managed.includes(grant)) };
}
