import { invalid } from './failure.ts';
import type { Item, Value } from './value.ts';

/** A document path: attribute names and list indexes. The first is a name. */
export type Path = readonly (string | number)[];

export function getPath(item: Item, path: Path): Value | undefined {
  let value: Value | undefined = { M: item };
  for (const step of path) {
    if (value === undefined) return undefined;
    if (typeof step === 'string') value = 'M' in value ? value.M[step] : undefined;
    else value = 'L' in value ? value.L[step] : undefined;
  }
  return value;
}

/** A copy of the item with the value at the path; an index past the end of a list appends. */
export function setPath(item: Item, path: Path, value: Value): Item {
  return within(item, path, () => value);
}

/** A copy of the item without what is at the path. */
export function removePath(item: Item, path: Path): Item {
  return within(item, path, () => undefined);
}

/** The attributes that the paths name, with the nesting kept; lists hold only the entries asked for. */
export function project(item: Item, paths: readonly Path[]): Item {
  return prune({ M: item }, paths)?.M ?? {};
}

function prune(value: Value, paths: readonly Path[]): { readonly M: Item } | undefined;
function prune(value: Value, paths: readonly Path[]): Value | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  const steps = [...new Set(paths.map(([step]) => step))];
  const below = (step: string | number | undefined) =>
    paths.filter(([first]) => first === step).map((path) => path.slice(1));
  if ('M' in value) {
    const kept: Record<string, Value> = {};
    for (const step of steps) {
      const member = typeof step === 'string' ? value.M[step] : undefined;
      const pruned = member === undefined ? undefined : (prune(member, below(step)) as Value | undefined);
      if (typeof step === 'string' && pruned !== undefined) kept[step] = pruned;
    }
    return Object.keys(kept).length > 0 ? { M: kept } : undefined;
  }
  if ('L' in value) {
    const indexes = steps.filter((step) => typeof step === 'number').sort((left, right) => left - right);
    const kept = indexes.flatMap((index) => {
      const entry = value.L[index];
      const pruned = entry === undefined ? undefined : (prune(entry, below(index)) as Value | undefined);
      return pruned === undefined ? [] : [pruned];
    });
    return kept.length > 0 ? { L: kept } : undefined;
  }
  return undefined;
}

/** @param kind the parameter that the paths came in. @throws AwsError `ValidationException` when one of them leads through another. */
export function refuseOverlaps(kind: string, paths: readonly Path[]): void {
  for (const [at, path] of paths.entries()) {
    for (const other of paths.slice(at + 1)) {
      const length = Math.min(path.length, other.length);
      if (!path.slice(0, length).every((step, place) => step === other[place])) continue;
      const show = (steps: Path) =>
        `[${steps.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;
      throw invalid(
        `Invalid ${kind}: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: ${show(path)}, path two: ${show(other)}`,
      );
    }
  }
}

function within(item: Item, path: Path, change: () => Value | undefined): Item {
  const changed = changeAt({ M: item }, path, change);
  return changed !== undefined && 'M' in changed ? changed.M : item;
}

function changeAt(value: Value | undefined, path: Path, change: () => Value | undefined): Value | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return change();
  if (value !== undefined && typeof step === 'string' && 'M' in value) {
    const { [step]: member, ...others } = value.M;
    const changed = changeAt(member, rest, change);
    return { M: changed === undefined ? others : { ...others, [step]: changed } };
  }
  if (value !== undefined && typeof step === 'number' && 'L' in value) {
    const list = [...value.L];
    const changed = changeAt(list[step], rest, change);
    if (changed === undefined) list.splice(step, 1);
    else if (step >= list.length) list.push(changed);
    else list[step] = changed;
    return { L: list };
  }
  throw invalid('The document path provided in the update expression is invalid for update');
}
