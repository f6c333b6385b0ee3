import { between, type Chance, pick } from './chance.ts';
import { somePiece } from './mutate.ts';

/** A tree that is put into itself again and again gets out of hand. */
const LARGE = 200_000;

type Branch = Record<string, unknown> | unknown[];

/** A copy of a document with some of its members replaced, left out, repeated, or put elsewhere. */
export function mutateTree<T>(chance: Chance, tree: T, values: readonly unknown[] = []): T {
  const copy = cloned(tree);
  if (JSON.stringify(tree).length > LARGE) return copy;
  for (let count = between(chance, 1, 3); count > 0; count -= 1) {
    const branches = branchesOf(copy);
    if (branches.length === 0) return copy;
    changeOne(chance, pick(chance, branches), branches, values);
  }
  return copy;
}

function changeOne(chance: Chance, branch: Branch, all: readonly Branch[], values: readonly unknown[]): void {
  const keys = Object.keys(branch);
  const key = pick(chance, keys) ?? '0';
  const how = between(chance, 0, 6);
  if (how <= 1) put(branch, key, someValue(chance, values));
  else if (how === 2) remove(branch, key);
  else if (how === 3) repeat(chance, branch, key);
  else if (how === 4) put(branch, key, small(cloned(pick(chance, all))));
  else if (how === 5)
    put(branch, pick(chance, ['__proto__', '__proto__', 'constructor', 'toString', '']), someValue(chance, values));
  else if (Array.isArray(branch)) branch.reverse();
  else put(branch, key, [branch[key]]);
}

/** As a member of its own, whatever its name means elsewhere. */
function put(branch: Branch, name: string, value: unknown): void {
  if (Array.isArray(branch)) branch[Number(name) || 0] = value;
  else Object.defineProperty(branch, name, { value, enumerable: true, configurable: true, writable: true });
}

function remove(branch: Branch, key: string): void {
  if (Array.isArray(branch)) branch.splice(Number(key), 1);
  else delete branch[key];
}

function repeat(chance: Chance, branch: Branch, key: string): void {
  if (Array.isArray(branch)) branch.push(cloned(branch[Number(key)]));
  else put(branch, chance() < 0.3 ? somePiece(chance) : `${key}s`, cloned(branch[key]));
}

function someValue(chance: Chance, values: readonly unknown[]): unknown {
  const how = chance();
  if (how < 0.4 && values.length > 0) return cloned(pick(chance, values));
  if (how < 0.75) return somePiece(chance);
  return pick<unknown>(chance, [
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e300,
    2 ** 53,
    '',
    [],
    {},
    [[]],
    { a: null },
    ['x', 'x'],
  ]);
}

function branchesOf(value: unknown, found: Branch[] = []): Branch[] {
  if (typeof value !== 'object' || value === null) return found;
  if (Object.keys(value).length > 0) found.push(value as Branch);
  for (const member of Object.values(value)) branchesOf(member, found);
  return found;
}

/** Deep documents as well, which `structuredClone` gives up on. */
function cloned<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}

function small<T>(value: T): T | string {
  return JSON.stringify(value).length > 5_000 ? 'large' : value;
}
