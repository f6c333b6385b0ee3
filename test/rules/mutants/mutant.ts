import type { Properties, Resources } from '../mesh-pack/rule.ts';

/** A kind of change: a property goes, a text becomes a star, an account or organization another, a yes a no, a number a thousandth or a thousandfold, Allow Deny; or a whole resource goes. */
export type Change = 'drop' | 'widen' | 'stranger' | 'flip' | 'lower' | 'raise' | 'effect' | 'remove';

/** A change of one place of one resource. */
export interface Mutant {
  readonly id: string;
  readonly type: string;
  /** The names on the way to the place, the numbers of a list among them. */
  readonly path: readonly string[];
  /** The same with `allow`, `own` or `deny` for a statement and `#` for any other element of a list: what the table of weakenings knows it by. */
  readonly place: string;
  readonly change: Change;
}

const ACCOUNT = /(?<![0-9a-zA-Z])\d{12}(?![0-9a-zA-Z])|(?<![a-z0-9-])o-[a-z0-9]{10,32}(?![a-z0-9-])/g;

/** Every change that could be made to a template. */
export function* mutantsOf(resources: Resources, account = ''): Generator<Mutant> {
  for (const [id, resource] of Object.entries(resources)) {
    const { Type: type, Properties = {}, DeletionPolicy, UpdateReplacePolicy } = resource;
    yield { id, type, path: [], place: '', change: 'remove' };
    const attributes = { DeletionPolicy, UpdateReplacePolicy };
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined) yield { id, type, path: [name], place: `@${name}`, change: 'drop' };
    }
    for (const { path, place, change } of changesOf(Properties, ['Properties'], [], account)) {
      yield { id, type, path, place: place.join('.'), change };
    }
  }
}

interface Found {
  readonly path: readonly string[];
  readonly place: readonly string[];
  readonly change: Change;
}

function* changesOf(
  value: unknown,
  path: readonly string[],
  place: readonly string[],
  account: string,
): Generator<Found> {
  if (place.length > 0) yield { path, place, change: 'drop' };
  if (typeof value === 'string') {
    yield* ofText(value, path, place);
  } else if (typeof value === 'boolean') yield { path, place, change: 'flip' };
  else if (typeof value === 'number') {
    yield { path, place, change: 'lower' };
    yield { path, place, change: 'raise' };
  } else if (isIntrinsic(value)) {
    yield { path, place, change: 'widen' };
    if (JSON.stringify(value).match(ACCOUNT)) yield { path, place, change: 'stranger' };
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      yield* changesOf(
        inner,
        [...path, name],
        [...place, Array.isArray(value) ? elementName(inner, account) : name.replaceAll('.', '_')],
        account,
      );
    }
  }
}

function* ofText(text: string, path: readonly string[], place: readonly string[]): Generator<Found> {
  if (text === 'Allow' || text === 'Deny') yield { path, place, change: 'effect' };
  else if (text !== '*') yield { path, place, change: 'widen' };
  if (text.match(ACCOUNT)) yield { path, place, change: 'stranger' };
}

/** What CloudFormation puts there is one value. */
function isIntrinsic(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const [name = '', ...more] = Object.keys(value);
  return more.length === 0 && (name === 'Ref' || name.startsWith('Fn::'));
}

function elementName(value: unknown, account: string): string {
  if (typeof value !== 'object' || value === null || !('Effect' in value)) return '#';
  if (value.Effect === 'Deny') return 'deny';
  const principals =
    JSON.stringify((value as { Principal?: { AWS?: unknown } }).Principal?.AWS ?? '').match(ACCOUNT) ?? [];
  return principals.join() === account ? 'own' : 'allow';
}

/** The template with the change. */
export function mutated(resources: Resources, { id, path, change }: Mutant): Resources {
  const { [id]: resource, ...others } = resources;
  if (change === 'remove' || resource === undefined) return others;
  const copy = structuredClone(resource) as unknown as Properties;
  const last = path.at(-1) ?? '';
  let parent = copy;
  for (const name of path.slice(0, -1)) parent = parent[name] as Properties;
  if (change !== 'drop') parent[last] = changedValue(parent[last], change);
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return { ...others, [id]: copy as unknown as NonNullable<typeof resource> };
}

function changedValue(value: unknown, change: Change): unknown {
  switch (change) {
    case 'widen':
      return '*';
    case 'flip':
      return value !== true;
    case 'lower':
      return Math.floor(Number(value) / 1000);
    case 'raise':
      return Number(value) * 1000 + 1000;
    case 'effect':
      return value === 'Deny' ? 'Allow' : 'Deny';
    default:
      return JSON.parse(
        JSON.stringify(value).replaceAll(ACCOUNT, (text) => (text.startsWith('o-') ? 'o-another0001' : '999999999999')),
      );
  }
}
