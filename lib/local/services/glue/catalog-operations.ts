import type { Context, Operations } from '../../core/service.ts';
import { entityNotFound, invalidInput } from './errors.ts';
import { arnOf, putTags, tagsOf } from './tag-store.ts';

interface TagInput {
  readonly ResourceArn?: string;
  readonly TagsToAdd?: Record<string, string>;
  readonly TagsToRemove?: readonly string[];
}

const MOST_TAGS = 50;
const tagged = ({ ResourceArn }: TagInput) => [ResourceArn ?? '*'];

/** The operations on the catalog itself, and on the tags of what is in it. */
export const catalogOperations: Operations = {
  GetCatalog: {
    resources: ({ CatalogId }: { CatalogId?: string }, context) => [
      arnOf(context, CatalogId ?? context.account, 'catalog'),
    ],
    run({ CatalogId }: { CatalogId?: string }, context: Context) {
      const id = CatalogId ?? context.account;
      if (id !== context.account) throw invalidInput(`Catalog ${id} is not the caller's own`);
      return { Catalog: { CatalogId: id, Name: id, ResourceArn: arnOf(context, id, 'catalog') } };
    },
  },
  GetUserDefinedFunctions: { run: () => ({ UserDefinedFunctions: [] }) },
  TagResource: {
    resources: tagged,
    run(input: TagInput, { cloud, account }: Context) {
      const arn = ownArn(input, account);
      const tags = { ...tagsOf(cloud, arn), ...input.TagsToAdd };
      if (Object.keys(tags).length > MOST_TAGS) throw invalidInput(`A resource can have at most ${MOST_TAGS} tags`);
      putTags(cloud, arn, tags);
      return {};
    },
  },
  UntagResource: {
    resources: tagged,
    run(input: TagInput, { cloud, account }: Context) {
      const arn = ownArn(input, account);
      const gone = new Set(input.TagsToRemove ?? []);
      const left = Object.entries(tagsOf(cloud, arn)).filter(([key]) => !gone.has(key));
      putTags(cloud, arn, Object.fromEntries(left));
      return {};
    },
  },
  GetTags: {
    resources: tagged,
    run: (input: TagInput, { cloud, account }: Context) => ({ Tags: tagsOf(cloud, ownArn(input, account)) }),
  },
};

function ownArn({ ResourceArn: arn = '' }: TagInput, account: string): string {
  if (arn.split(':')[4] !== account) throw entityNotFound(`Resource ${arn} not found.`);
  return arn;
}
