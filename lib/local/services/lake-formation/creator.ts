import type { Context } from '../../core/service.ts';
import type { DefaultPermissions } from '../glue/types.ts';
import { add } from './grant.ts';
import { IAM_ALLOWED, principalOf } from './principal.ts';
import type { LfResource } from './resource.ts';
import { shareBetween } from './share-store.ts';
import { partsOf } from './validity.ts';

/** Gives whoever made a table everything on it, or on a link what a link takes, to pass on as well. */
export function ownByCreator(context: Context, table: LfResource & { kind: 'table' }, link: boolean): void {
  const all = link ? (['DESCRIBE', 'DROP'] as const) : (['ALL'] as const);
  const { cloud, caller } = context;
  const outside = caller.account !== table.catalogId;
  const share = outside ? shareBetween(cloud, table.catalogId, caller.account).arn : undefined;
  for (const part of partsOf(table, all, all)) add(context, principalOf(caller), part, share);
}

/** Applies default permissions to something new: nothing, or everything to everybody whom IAM allows. */
export function openToAll(context: Context, resource: LfResource, defaults: readonly DefaultPermissions[]): void {
  if (defaults.length === 0) return;
  add(context, IAM_ALLOWED, { resource, permissions: ['ALL'], grantable: [] });
}
