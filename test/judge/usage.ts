import type { Cloud } from '#local/core/cloud.ts';
import { rolesNamespace, type StoredRole } from '#local/services/iam/model.ts';
import { IamService } from '#local/services/iam/service.ts';
import type { Use } from './judge.ts';
import { type Labels, labelsOf } from './labels.ts';
import { fits } from './resource-class.ts';

/** A permission that a role has, in words that are the same for every domain. */
export interface Permit {
  readonly role: string;
  readonly action: string;
  readonly resource: string;
}

/** A permit, and whether a suite saw it used. */
export interface Granted extends Permit {
  readonly used: boolean;
}

interface Statement {
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
}

/** What the roles of a cloud may do by their identity policies, and what of it they did. */
export function granted(cloud: Cloud, uses: readonly Use[]): Granted[] {
  const labels = labelsOf(cloud);
  const done = Map.groupBy(uses, ({ role }) => role);
  const permits = rolesIn(cloud).flatMap((role) =>
    cloud
      .service(IamService)
      .policiesOf(role)
      .flatMap(({ document }) => allowedBy(role, document))
      .map((permit) => labelled(permit, done.get(role) ?? [], labels)),
  );
  return united(permits);
}

/** One permit for all domains, used when any of them used it. */
export function united(permits: readonly Granted[]): Granted[] {
  const known = new Map<string, Granted>();
  for (const permit of permits) {
    const line = lineOf(permit);
    known.set(line, { ...permit, used: permit.used || known.get(line)?.used === true });
  }
  return [...known.values()].toSorted((a, b) => lineOf(a).localeCompare(lineOf(b)));
}

function rolesIn(cloud: Cloud): string[] {
  const spaces = cloud.store.namespaces('iam/').filter((name) => name.endsWith('/roles'));
  const accounts = spaces.map((name) => name.split('/')[1] ?? '');
  return accounts
    .flatMap((account) =>
      cloud.store
        .list<StoredRole>(rolesNamespace(account))
        .map(({ value: { path, name } }) => `arn:aws:iam::${account}:role${path}${name}`),
    )
    .filter((role) => !role.includes(':role/cdk-'));
}

/** What a statement allows on one thing, which Glue knows by several ARNs. */
interface Allowed extends Permit {
  readonly patterns: readonly string[];
}

function allowedBy(role: string, document: string | undefined): Allowed[] {
  const { Statement: statements = [] } = JSON.parse(document ?? '{}') as { Statement?: Statement | Statement[] };
  return [statements].flat().flatMap(({ Effect, Action = [], Resource = [] }) => {
    if (Effect !== 'Allow') return [];
    const things = thingsOf([Resource].flat());
    return [Action].flat().flatMap((action) => {
      const fitting = things.filter(({ resource }) => canBeOn(action, resource));
      return (fitting.length > 0 ? fitting : things).map((thing) => ({ role, action, ...thing }));
    });
  });
}

/** False where a statement names an action beside a resource that is meant for its others, which IAM passes over. */
function canBeOn(action: string, resource: string): boolean {
  if (resource.startsWith('arn:aws:s3:::')) {
    const isOnObjects = /^s3:(?!.*Bucket).*(?:Object|Multipart)/.test(action);
    return isOnObjects === resource.includes('/');
  }
  const replays = /^events:(?:Cancel|Describe)(Replay|Archive)$/.exec(action)?.[1];
  return replays === undefined || resource.includes(`:${replays.toLowerCase()}/`);
}

/** A database of Glue with its tables is one thing; the catalog, which every request asks about too, is one only where nothing else is named. */
function thingsOf(resources: readonly string[]): { resource: string; patterns: string[] }[] {
  const isGlue = (resource: string) => resource.startsWith('arn:aws:glue:');
  const catalogs = resources.filter((resource) => isGlue(resource) && isCatalog(resource));
  const others = resources.filter((resource) => !catalogs.includes(resource));
  const things = Map.groupBy(others, (resource) =>
    isGlue(resource) ? resource.replace(/:table\/([^/]+)\/.*$/, ':database/$1') : resource,
  );
  if (things.size === 0) return catalogs.map((resource) => ({ resource, patterns: [resource] }));
  return [...things].map(([resource, patterns]) => ({
    resource,
    patterns: isGlue(resource) ? [...patterns, ...catalogs] : patterns,
  }));
}

function isCatalog(resource: string): boolean {
  return resource.endsWith(':catalog');
}

function labelled({ role, action, resource, patterns }: Allowed, uses: readonly Use[], labels: Labels): Granted {
  const asked = uses.filter((use) => fits(use.action.toLowerCase(), action.toLowerCase()));
  const closer = asked.filter((use) => !isCatalog(use.resource));
  const used = (closer.length > 0 ? closer : asked).some(
    (use) => use.resource === '*' || patterns.some((pattern) => fits(use.resource, withoutVariables(pattern))),
  );
  return { role: labels.role(role), action, resource: labels.resource(resource, role), used };
}

/** What a variable stands for is in the session, and any value will do here. */
function withoutVariables(pattern: string): string {
  return pattern.replaceAll(/\$\{[^}]*\}/g, '*');
}

/** A permit in a line. */
export function lineOf({ role, action, resource }: Permit): string {
  return `${role}: ${action} on ${resource}`;
}
