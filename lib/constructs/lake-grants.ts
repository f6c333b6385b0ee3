import { CfnPrincipalPermissions } from 'aws-cdk-lib/aws-lakeformation';
import { Construct, type IDependable } from 'constructs';
import type { Permission } from '#mesh/access/grant.ts';

/** What a bootstrap grant is on, in the catalog of the stack's own account. */
export type LakeResource =
  | { readonly database: string }
  | { readonly database: string; readonly table: string | '*' }
  | { readonly location: string };

/**
 * The few Lake Formation grants that belong to an account and not to a product. CloudFormation creates one grant for each (principal, resource)
 * and can only replace it, so each pair is given once with its whole list, and they are chained because Lake Formation refuses
 * concurrent changes (`ConcurrentModificationException`).
 */
export class LakeGrants extends Construct {
  readonly #catalogId: string;
  readonly #ready: readonly IDependable[];
  readonly #given = new Set<string>();
  #last: CfnPrincipalPermissions | undefined;

  /** `ready`: what must exist before the first grant, e.g. the roles and databases that it names. */
  constructor(scope: Construct, id: string, props: { catalogId: string; ready?: readonly IDependable[] }) {
    super(scope, id);
    this.#catalogId = props.catalogId;
    this.#ready = props.ready ?? [];
  }

  /** Grants without the right to pass on. A second grant for the same principal and resource is a bug and throws. */
  give(id: string, principalArn: string, resource: LakeResource, permissions: readonly Permission[]): this {
    const pair = JSON.stringify([principalArn, resource]);
    if (this.#given.has(pair)) throw new Error(`two grants for the same principal and resource: ${pair}`);
    this.#given.add(pair);
    const grant = new CfnPrincipalPermissions(this, id, {
      catalog: this.#catalogId,
      principal: { dataLakePrincipalIdentifier: principalArn },
      resource: resourceOf(resource, this.#catalogId),
      permissions: [...permissions].sort(),
      permissionsWithGrantOption: [],
    });
    for (const ready of this.#ready) grant.node.addDependency(ready);
    if (this.#last) grant.addResourceDependency(this.#last);
    this.#last = grant;
    return this;
  }
}

function resourceOf(resource: LakeResource, catalogId: string): CfnPrincipalPermissions.ResourceProperty {
  if ('location' in resource) return { dataLocation: { catalogId, resourceArn: resource.location } };
  const { database } = resource;
  if (!('table' in resource)) return { database: { catalogId, name: database } };
  if (resource.table === '*') return { table: { catalogId, databaseName: database, tableWildcard: {} } };
  return { table: { catalogId, databaseName: database, name: resource.table } };
}
