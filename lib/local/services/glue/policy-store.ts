import type { Cloud } from '../../core/cloud.ts';

/** The resource policy of a Data Catalog. */
export interface CatalogPolicy {
  readonly document: string;
  readonly hash: string;
  /** Epoch seconds. */
  readonly created: number;
  readonly updated: number;
}

function namespace(cloud: Cloud, catalogId: string): string {
  return `glue/${catalogId}/${cloud.region}/policy`;
}

export function policyOf(cloud: Cloud, catalogId: string): CatalogPolicy | undefined {
  return cloud.store.get(namespace(cloud, catalogId), 'policy');
}

/** Keeps a policy, or forgets it. */
export function putPolicy(cloud: Cloud, catalogId: string, policy: CatalogPolicy | undefined): void {
  if (policy === undefined) cloud.store.delete(namespace(cloud, catalogId), 'policy');
  else cloud.store.put(namespace(cloud, catalogId), 'policy', policy);
}
