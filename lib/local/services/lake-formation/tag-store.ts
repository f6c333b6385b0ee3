import type { Cloud } from '../../core/cloud.ts';
import type { TagCondition } from './resource.ts';

/** What LF-Tags are assigned to. */
export interface Tagged {
  readonly catalogId: string;
  readonly database: string;
  readonly table?: string;
  readonly column?: string;
}

/** Key to value: a resource has at most one value of a key. */
export type Assigned = Readonly<Record<string, string>>;

function namespace(cloud: Cloud, catalogId: string, kind: string): string {
  return `lakeformation/${catalogId}/${cloud.region}/${kind}`;
}

function assignmentKey(at: Tagged): string {
  return [at.database, at.table ?? '', at.column ?? ''].join('\u0001');
}

/** LF-Tags, their assignments and saved expressions as stored: no authorization. */
export const tags = {
  values: (cloud: Cloud, catalogId: string, key: string): string[] | undefined =>
    cloud.store.get(namespace(cloud, catalogId, 'tag'), key),

  put: (cloud: Cloud, catalogId: string, key: string, values: readonly string[]): void =>
    cloud.store.put(namespace(cloud, catalogId, 'tag'), key, values),

  delete: (cloud: Cloud, catalogId: string, key: string): boolean =>
    cloud.store.delete(namespace(cloud, catalogId, 'tag'), key),

  list: (cloud: Cloud, catalogId: string): TagCondition[] =>
    cloud.store.list<string[]>(namespace(cloud, catalogId, 'tag')).map(({ key, value }) => ({ key, values: value })),

  assigned: (cloud: Cloud, at: Tagged): Assigned =>
    cloud.store.get(namespace(cloud, at.catalogId, 'assigned'), assignmentKey(at)) ?? {},

  assign(cloud: Cloud, at: Tagged, values: Assigned): void {
    const ns = namespace(cloud, at.catalogId, 'assigned');
    if (Object.keys(values).length === 0) cloud.store.delete(ns, assignmentKey(at));
    else cloud.store.put(ns, assignmentKey(at), values);
  },

  assignments: (cloud: Cloud, catalogId: string): { at: Tagged; values: Assigned }[] =>
    cloud.store.list<Assigned>(namespace(cloud, catalogId, 'assigned')).map(({ key, value }) => {
      const [database = '', table = '', column = ''] = key.split('\u0001');
      return {
        at: { catalogId, database, ...(table && { table }), ...(column && { column }) },
        values: value,
      };
    }),

  expression: (cloud: Cloud, catalogId: string, name: string): SavedExpression | undefined =>
    cloud.store.get(namespace(cloud, catalogId, 'expression'), name),

  putExpression: (cloud: Cloud, catalogId: string, saved: SavedExpression): void =>
    cloud.store.put(namespace(cloud, catalogId, 'expression'), saved.name, saved),

  deleteExpression: (cloud: Cloud, catalogId: string, name: string): boolean =>
    cloud.store.delete(namespace(cloud, catalogId, 'expression'), name),

  expressions: (cloud: Cloud, catalogId: string): SavedExpression[] =>
    cloud.store.list<SavedExpression>(namespace(cloud, catalogId, 'expression')).map((row) => row.value),
};

export interface SavedExpression {
  readonly name: string;
  readonly description?: string;
  readonly expression: readonly TagCondition[];
}

/** What a resource carries: its own LF-Tags over those of its table over those of its database. */
export function effectiveTags(cloud: Cloud, at: Tagged): Assigned {
  const { catalogId, database, table, column } = at;
  return {
    ...tags.assigned(cloud, { catalogId, database }),
    ...(table !== undefined && tags.assigned(cloud, { catalogId, database, table })),
    ...(column !== undefined && tags.assigned(cloud, { catalogId, database, table, column })),
  };
}

/** Whether a resource satisfies an expression: every key, with one of its values. */
export function satisfies(assigned: Assigned, expression: readonly TagCondition[]): boolean {
  return expression.every(({ key, values }) => {
    const value = assigned[key];
    return value !== undefined && (values.includes(value) || values.includes('*'));
  });
}
