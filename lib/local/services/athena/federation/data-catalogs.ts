import type { Cloud } from '../../../core/cloud.ts';
import type { Context } from '../../../core/service.ts';

/** A data source that is registered with Athena, of the one kind that is modelled: a connector over a Glue connection. */
export interface FederatedCatalog {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly description?: string;
  /** As CreateDataCatalog got them: `connection-arn`, `lambda-role-arn`. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly connectionType: string;
}

function namespaceOf({ account, region }: { readonly account: string; readonly region: string }): string {
  return `athena/${account}/${region}/catalog`;
}

/** The data sources of an account by name, whose case does not count. */
export const federatedCatalogs = {
  get: (cloud: Cloud, at: Pick<Context, 'account' | 'region'>, name: string): FederatedCatalog | undefined =>
    cloud.store.get(namespaceOf(at), name.toLowerCase()),
  put: (cloud: Cloud, found: FederatedCatalog): void =>
    cloud.store.put(namespaceOf(found), found.name.toLowerCase(), found),
  delete: (cloud: Cloud, at: Pick<Context, 'account' | 'region'>, name: string): boolean =>
    cloud.store.delete(namespaceOf(at), name.toLowerCase()),
  list: (cloud: Cloud, at: Pick<Context, 'account' | 'region'>): FederatedCatalog[] =>
    cloud.store.list<FederatedCatalog>(namespaceOf(at)).map(({ value }) => value),
};

/** The function that Athena makes for a catalog of type FEDERATED: its name follows from the catalog's. */
export function connectorArn({ name, account, region }: Pick<FederatedCatalog, 'name' | 'account' | 'region'>): string {
  return `arn:aws:lambda:${region}:${account}:function:athenafederatedcatalog_${name.replace(/[^A-Za-z0-9]/g, '_')}`;
}
