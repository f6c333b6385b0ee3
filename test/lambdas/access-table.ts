import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** One way of calling a route, and who gets through. */
export interface AccessRow {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly allowed: readonly string[];
}

interface Table {
  readonly callers: Readonly<Record<string, string>>;
  readonly 'nobody in particular': Readonly<Record<string, string>>;
  readonly outside: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly words: Readonly<Record<string, { readonly what: string; readonly to: readonly string[] }>>;
  readonly routes: Readonly<Record<string, readonly AccessRow[]>>;
}

export const TABLE = parse(readFileSync(new URL('../cases/api-access.yaml', import.meta.url), 'utf8')) as Table;

const MEMBERS: Readonly<Record<string, string>> = { ...TABLE.callers, ...TABLE['nobody in particular'] };

/** Every caller by name, with the ARN that API Gateway would say. */
export const CALLERS: Readonly<Record<string, string>> = { ...MEMBERS, ...TABLE.outside };

/** The callers that a list of names and groups stands for. */
export function callersIn(names: readonly string[]): ReadonlySet<string> {
  const found = names.flatMap((name) => {
    if (name === 'everyone') return Object.keys(MEMBERS);
    const group = TABLE.groups[name];
    if (group !== undefined) return [...callersIn(group)];
    if (!Object.hasOwn(TABLE.callers, name)) throw new Error(`"${name}" is neither a caller nor a group`);
    return [name];
  });
  return new Set(found);
}
