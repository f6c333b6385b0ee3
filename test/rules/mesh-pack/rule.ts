import type { Topology } from '#mesh/topology/topology.ts';

/** The properties of one resource of a template. */
export type Properties = Record<string, unknown>;

export interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export type Resources = Readonly<Record<string, Resource>>;

/** Where a template is deployed: what the template itself does not say. */
export interface Place {
  readonly topology: Topology;
  /** The account of its stack. */
  readonly account: string;
}

/** A rule that public packs do not know, with what it lets pass, what it refuses, and ways to break our own templates. */
export interface Rule {
  readonly id: string;
  readonly why: string;
  /** The logical ids that break the rule. */
  check(resources: Resources, place: Place): string[];
  readonly passes: Resources;
  readonly fails: Readonly<Record<string, Resources>>;
  /** Changes to properties of a resource of a type; each must be found wherever it is made. */
  readonly mutations: readonly Mutation[];
}

export interface Mutation {
  readonly type: string;
  readonly name: string;
  /** Changes the properties in place; false where the mutation does not apply. */
  apply(properties: Properties): boolean | undefined;
}

/** The value at a path of names, or undefined. */
export function at(value: unknown, ...path: string[]): unknown {
  let here = value;
  for (const name of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Properties)[name];
  }
  return here;
}

export function list(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** Logical ids of the resources of a type whose properties do not satisfy a condition. */
export function breaking(
  resources: Resources,
  type: string,
  fine: (properties: Properties, id: string) => boolean,
): string[] {
  return Object.entries(resources)
    .filter(([id, { Type, Properties = {} }]) => Type === type && !fine(Properties, id))
    .map(([id]) => id);
}

/** A template of one resource. */
export function only(Type: string, Properties: Properties): Resources {
  return { It: { Type, Properties } };
}

/** Sets the value at a path, which must exist but for its last name. */
function put(properties: Properties, path: readonly string[], value: unknown): void {
  const parent = at(properties, ...path.slice(0, -1));
  const name = path.at(-1);
  if (typeof parent !== 'object' || parent === null || name === undefined) throw new Error(`no ${path.join('.')}`);
  (parent as Properties)[name] = value;
}

export function setting(type: string, path: readonly string[], value: unknown): Mutation {
  return { type, name: `${path.join('.')} = ${JSON.stringify(value)}`, apply: (p) => void put(p, path, value) };
}
