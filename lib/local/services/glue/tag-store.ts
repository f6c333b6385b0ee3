import type { Cloud } from '../../core/cloud.ts';
import type { Context } from '../../core/service.ts';

const NAMESPACE = 'glue/tags';

/** The ARN of something in a Data Catalog, e.g. `catalog`, `database/sales`, `table/sales/orders`. */
export function arnOf(context: Context, catalogId: string, path: string): string {
  return `arn:aws:glue:${context.cloud.region}:${catalogId}:${path}`;
}

export function tagsOf(cloud: Cloud, arn: string): Record<string, string> {
  return cloud.store.get(NAMESPACE, arn) ?? {};
}

/** Keeps the tags of a resource; without any, forgets it. */
export function putTags(cloud: Cloud, arn: string, tags: Record<string, string> | undefined): void {
  if (tags === undefined || Object.keys(tags).length === 0) cloud.store.delete(NAMESPACE, arn);
  else cloud.store.put(NAMESPACE, arn, tags);
}
