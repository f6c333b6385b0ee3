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
      .flatMap(({ document }) => permitsOf(role, document))
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

function permitsOf(role: string, document: string | undefined): Permit[] {
  const { Statement: statements = [] } = JSON.parse(document ?? '{}') as { Statement?: Statement | Statement[] };
  return [statements]
    .flat()
    .flatMap(({ Effect, Action = [], Resource = [] }) =>
      Effect !== 'Allow'
        ? []
        : [Action].flat().flatMap((action) => [Resource].flat().map((resource) => ({ role, action, resource }))),
    );
}

function labelled({ role, action, resource }: Permit, uses: readonly Use[], labels: Labels): Granted {
  const used = uses.some(
    (use) =>
      fits(use.action.toLowerCase(), action.toLowerCase()) && (use.resource === '*' || fits(use.resource, resource)),
  );
  return { role: labels.role(role), action, resource: labels.resource(resource, role), used };
}

/** A permit in a line. */
export function lineOf({ role, action, resource }: Permit): string {
  return `${role}: ${action} on ${resource}`;
}
