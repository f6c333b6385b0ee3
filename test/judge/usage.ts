import type { Cloud } from '#local/core/cloud.ts';
import type { Call } from '#local/core/service.ts';
import { asked } from '#local/services/iam/asked.ts';
import { rolesNamespace, type StoredRole } from '#local/services/iam/model.ts';
import { IamService } from '#local/services/iam/service.ts';
import type { Topology } from '#mesh/topology/topology.ts';

/** A permission that a role has, or a thing that it did, in words that are the same for every domain. */
export interface Permit {
  readonly role: string;
  readonly action: string;
}

type OnResource = Permit & { readonly resource: string };

interface Statement {
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
}

/** What the roles of a mesh did, beside what they may do. */
export class Usage {
  readonly #cloud: Cloud;
  readonly #used = new Map<string, OnResource>();
  #roles: readonly OnResource[] = [];

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    cloud.observe({ before: (call) => this.#note(call) });
  }

  #note(call: Call): void {
    const { roleArn } = call.caller;
    if (roleArn === undefined || isDeployer(roleArn)) return;
    for (const { action, resource } of asked(call)) {
      this.#used.set(`${roleArn} ${action} ${resource}`, { role: roleArn, action, resource });
    }
  }

  /** Takes down what each role may do; to be called while the mesh is up. */
  takeDown(topology: Topology): void {
    this.#roles = this.#granted(topology);
  }

  /** Every action that a kind of synthesized role may do and never did, one for all domains together. */
  unused(topology: Topology): Permit[] {
    const done = Map.groupBy(this.#used.values(), ({ role }) => roleLabel(role, topology));
    const open = new Map<string, Permit>();
    const met = new Set<string>();
    for (const granted of this.#roles) {
      const permit = { role: roleLabel(granted.role, topology), action: granted.action };
      const [action, resource] = [pattern(granted.action), pattern(granted.resource)];
      const uses = done.get(permit.role) ?? [];
      const isUsed = uses.some(
        (use) => action.test(use.action) && (use.resource === '*' || resource.test(use.resource)),
      );
      if (isUsed) met.add(lineOf(permit));
      else open.set(lineOf(permit), permit);
    }
    return [...open].filter(([line]) => !met.has(line)).map(([, permit]) => permit);
  }

  #granted(topology: Topology): OnResource[] {
    const accounts = [
      topology.governanceAccount,
      topology.auditAccount,
      ...(topology.managementAccount === undefined ? [] : [topology.managementAccount]),
      ...topology.domains.map(({ account }) => account),
    ];
    const iam = this.#cloud.service(IamService);
    return [...new Set(accounts)].flatMap((account) =>
      this.#cloud.store.list<StoredRole>(rolesNamespace(account)).flatMap(({ value }) => {
        const role = `arn:aws:iam::${account}:role${value.path}${value.name}`;
        if (isDeployer(role)) return [];
        return iam.policiesOf(role).flatMap(({ document }) => permits(role, document));
      }),
    );
  }
}

function permits(role: string, document: string | undefined): OnResource[] {
  const { Statement: statements = [] } = JSON.parse(document ?? '{}') as { Statement?: Statement | Statement[] };
  return [statements]
    .flat()
    .flatMap(({ Effect, Action = [], Resource = [] }) =>
      Effect !== 'Allow'
        ? []
        : [Action].flat().flatMap((action) => [Resource].flat().map((resource) => ({ role, action, resource }))),
    );
}

function isDeployer(role: string): boolean {
  return role.includes(':role/cdk-');
}

/** The role without its account, its domain and what the CDK adds to make a name unique. */
function roleLabel(role: string, topology: Topology): string {
  const name = role.split('/').at(-1) ?? role;
  return withoutDomain(name, topology).replace(/-?[A-Z0-9]{8}(-[A-Za-z0-9]{10,})?$/, '');
}

function withoutDomain(text: string, { domains }: Topology): string {
  const longest = domains.map(({ name }) => name).toSorted((a, b) => b.length - a.length);
  return longest.reduce((label, name) => label.replaceAll(name, '<domain>'), text);
}

/** IAM's wildcards. */
function pattern(text: string): RegExp {
  const escaped = text.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}

/** One permission in a line. */
function lineOf({ role, action }: Permit): string {
  return `${role} ${action}`;
}

/** A permission that is there although nothing asked for it; `*` in role and action is a wildcard. */
export interface Reasoned extends Permit {
  readonly reason: string;
}

/** Permissions that no entry explains, and entries that explain none. */
export function unexplained(unused: readonly Permit[], reasons: readonly Reasoned[]): string[] {
  const covers = (reason: Reasoned, permit: Permit) =>
    pattern(reason.role).test(permit.role) && pattern(reason.action).test(permit.action);
  return [
    ...unused
      .filter((permit) => !reasons.some((reason) => covers(reason, permit)))
      .map((permit) => `${lineOf(permit)}: is never used`),
    ...reasons
      .filter((reason) => !unused.some((permit) => covers(reason, permit)))
      .map((reason) => `${lineOf(reason)}: the reason explains nothing`),
  ].toSorted();
}
