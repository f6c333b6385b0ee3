import type { LFTagPair } from '@aws-sdk/client-lakeformation';
import { AwsError } from '../../core/error.ts';
import { pageOf } from '../../core/page.ts';
import type { Context, Operations } from '../../core/service.ts';
import { invalid, missing, notAuthorized } from './errors.ts';
import { grantFor, grantsOnKind, putGrant } from './grants.ts';
import { everyoneIn, principalOf } from './principal.ts';
import type { Permission } from './resource.ts';
import { isAdmin } from './settings.ts';
import { tags } from './tag-store.ts';

interface TagInput {
  readonly CatalogId?: string;
  readonly TagKey?: string;
  readonly TagValues?: readonly string[];
}

const MOST_VALUES = 1000;
const MOST_TAGS = 1000;

/** The operations on LF-Tags themselves; keys and values are kept in lower case. */
export const tagOperations: Operations = {
  CreateLFTag: {
    run(input: TagInput, context: Context) {
      const { catalogId, key } = named(input, context);
      const values = valuesOf(input.TagValues);
      if (values.length === 0) throw invalid('TagValues must have at least one value');
      const { cloud, account } = context;
      requireCreator(context);
      if (tags.values(cloud, catalogId, key) !== undefined) {
        throw new AwsError('AlreadyExistsException', `LF-Tag ${key} already exists`);
      }
      if (tags.list(cloud, catalogId).length >= MOST_TAGS) {
        throw new AwsError('ResourceNumberLimitExceededException', `At most ${MOST_TAGS} LF-Tags are supported`);
      }
      tags.put(cloud, catalogId, key, values);
      const permissions: Permission[] = ['ALTER', 'ASSOCIATE', 'DESCRIBE', 'DROP', 'GRANT_WITH_LF_TAG_EXPRESSION'];
      const principal = principalOf(context.caller);
      putGrant(cloud, account, {
        principal,
        resource: { kind: 'tag', catalogId, key, values: ['*'] },
        permissions,
        grantable: permissions,
        lastUpdated: Math.floor(context.now / 1000),
        lastUpdatedBy: principal,
      });
      return {};
    },
  },
  UpdateLFTag: {
    run(
      input: TagInput & { TagValuesToAdd?: readonly string[]; TagValuesToDelete?: readonly string[] },
      context: Context,
    ) {
      const { catalogId, key } = named(input, context);
      const held = existing(context, catalogId, key);
      requireOnTag(context, catalogId, key, 'ALTER');
      const gone = valuesOf(input.TagValuesToDelete);
      const used = tags.assignments(context.cloud, catalogId).some(({ values }) => gone.includes(values[key] ?? ''));
      if (used) throw invalid('Update not allowed: a value to delete is assigned to a resource');
      const values = [...new Set([...held, ...valuesOf(input.TagValuesToAdd)])].filter((one) => !gone.includes(one));
      if (values.length === 0) throw invalid('An LF-Tag must keep at least one value');
      if (values.length > MOST_VALUES) throw invalid(`An LF-Tag can have at most ${MOST_VALUES} values`);
      tags.put(context.cloud, catalogId, key, values);
      return {};
    },
  },
  DeleteLFTag: {
    run(input: TagInput, context: Context) {
      const { catalogId, key } = named(input, context);
      existing(context, catalogId, key);
      requireOnTag(context, catalogId, key, 'DROP');
      context.cloud.store.transaction(() => erase(context, catalogId, key));
      return {};
    },
  },
  GetLFTag: {
    run(input: TagInput, context: Context) {
      const { catalogId, key } = named(input, context);
      const TagValues = existing(context, catalogId, key);
      requireOnTag(context, catalogId, key, 'DESCRIBE');
      return { CatalogId: catalogId, TagKey: key, TagValues };
    },
  },
  ListLFTags: {
    run(
      input: { CatalogId?: string; ResourceShareType?: string; NextToken?: string; MaxResults?: number },
      context: Context,
    ) {
      const catalogId = input.CatalogId ?? context.account;
      const seen: LFTagPair[] = tags
        .list(context.cloud, catalogId)
        .filter(({ key }) => permitted(context, catalogId, key, 'DESCRIBE'))
        .map(({ key, values }) => ({ CatalogId: catalogId, TagKey: key, TagValues: [...values] }));
      const { items, NextToken } = pageOf(input.ResourceShareType === 'FOREIGN' ? [] : seen, input, 1000);
      return { LFTags: items, ...(NextToken !== undefined && { NextToken }) };
    },
  },
};

function named(input: TagInput, context: Context): { catalogId: string; key: string } {
  const key = (input.TagKey ?? '').toLowerCase();
  if (key.length < 1 || key.length > 128) throw invalid('TagKey must have 1 to 128 characters');
  const catalogId = input.CatalogId ?? context.account;
  return { catalogId, key };
}

function valuesOf(given: readonly string[] | undefined): string[] {
  const values = (given ?? []).map((value) => value.toLowerCase());
  if (values.length > 50) throw invalid('At most 50 values can be given in one call');
  if (values.some((value) => value.length > 256)) throw invalid('A value of an LF-Tag has at most 256 characters');
  return [...new Set(values)];
}

function existing(context: Context, catalogId: string, key: string): string[] {
  const held = tags.values(context.cloud, catalogId, key);
  if (held === undefined) throw missing(`Tag key does not exist: ${key}`);
  return held;
}

function requireCreator({ cloud, caller, account }: Context): void {
  if (isAdmin(cloud, caller)) return;
  const resource = { kind: 'catalog', catalogId: account } as const;
  const held = grantFor(cloud, account, principalOf(caller), resource);
  if (held?.permissions.includes('CREATE_LF_TAG') !== true) throw notAuthorized();
}

/** @throws AwsError AccessDeniedException */
export function requireOnTag(context: Context, catalogId: string, key: string, permission: Permission, value?: string) {
  if (!permitted(context, catalogId, key, permission, value)) throw notAuthorized();
}

function permitted(
  { cloud, caller, account }: Context,
  catalogId: string,
  key: string,
  permission: Permission,
  value?: string,
): boolean {
  if (catalogId !== account) return false;
  if (isAdmin(cloud, caller)) return true;
  const mine = new Set([principalOf(caller), everyoneIn(caller.account)]);
  return grantsOnKind(cloud, account, 'tag', catalogId).some(
    ({ principal, resource, permissions }) =>
      mine.has(principal) &&
      resource.kind === 'tag' &&
      resource.key === key &&
      (value === undefined || resource.values.includes('*') || resource.values.includes(value)) &&
      (permissions.includes(permission) || permission === 'DESCRIBE'),
  );
}

/** An LF-Tag goes with its assignments and with the grants that name it. */
function erase({ cloud, account }: Context, catalogId: string, key: string): void {
  for (const { at, values } of tags.assignments(cloud, catalogId)) {
    if (values[key] === undefined) continue;
    const { [key]: _gone, ...rest } = values;
    tags.assign(cloud, at, rest);
  }
  const grants = [
    ...grantsOnKind(cloud, account, 'tag', catalogId),
    ...grantsOnKind(cloud, account, 'policy', catalogId),
  ];
  for (const grant of grants) {
    const { resource } = grant;
    const names =
      (resource.kind === 'tag' && resource.key === key) ||
      (resource.kind === 'policy' && resource.expression?.some((one) => one.key === key) === true);
    if (names) putGrant(cloud, account, { ...grant, permissions: [], grantable: [] });
  }
  tags.delete(cloud, catalogId, key);
}
