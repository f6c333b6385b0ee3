import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';
import { latest, saveLatest, type Tag } from './parameter.ts';

interface Resource {
  readonly ResourceId: string;
  readonly ResourceType: string;
}

export function addTags(input: Resource & { readonly Tags: readonly Tag[] }, context: Context) {
  const kept = (tags: readonly Tag[]) => tags.filter(({ Key }) => !input.Tags.some((tag) => tag.Key === Key));
  return retag(context, input, (tags) => [...kept(tags), ...input.Tags]);
}

export function removeTags(input: Resource & { readonly TagKeys: readonly string[] }, context: Context) {
  return retag(context, input, (tags) => tags.filter(({ Key }) => !input.TagKeys.includes(Key ?? '')));
}

export function listTags(input: Resource, context: Context) {
  return { TagList: latest(context, parameterOf(input)).Tags ?? [] };
}

function retag(context: Context, input: Resource, change: (tags: readonly Tag[]) => readonly Tag[]) {
  const stored = latest(context, parameterOf(input));
  saveLatest(context, { ...stored, Tags: change(stored.Tags ?? []) });
  return {};
}

function parameterOf(input: Resource): string {
  if (input.ResourceType === 'Parameter') return input.ResourceId;
  throw new AwsError('InvalidResourceType', 'The resource type is not valid.');
}
