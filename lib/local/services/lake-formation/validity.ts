import { invalid } from './errors.ts';
import type { LfResource, Permission } from './resource.ts';

type Kind = LfResource['kind'] | 'database-link' | 'table-link';

const DATABASE: readonly Permission[] = ['ALL', 'ALTER', 'CREATE_TABLE', 'DESCRIBE', 'DROP'];
const TABLE: readonly Permission[] = ['ALL', 'ALTER', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT', 'SELECT'];
const LINK: readonly Permission[] = ['DESCRIBE', 'DROP'];

/** Which permissions each kind of resource takes. */
const VALID: Readonly<Record<Kind, readonly Permission[]>> = {
  catalog: ['CREATE_DATABASE', 'CREATE_CATALOG', 'CREATE_LF_TAG', 'CREATE_LF_TAG_EXPRESSION'],
  database: DATABASE,
  'database-link': LINK,
  table: TABLE,
  'table-link': LINK,
  columns: ['SELECT'],
  filter: ['SELECT', 'DESCRIBE', 'DROP'],
  location: ['DATA_LOCATION_ACCESS'],
  tag: ['ALTER', 'DROP', 'ASSOCIATE', 'DESCRIBE', 'GRANT_WITH_LF_TAG_EXPRESSION'],
  policy: TABLE,
  expression: ['ALTER', 'DESCRIBE', 'DROP', 'GRANT_WITH_LF_TAG_EXPRESSION'],
};

/** @throws AwsError InvalidInputException when a permission does not fit the resource */
export function requireValid(
  resource: LfResource,
  kind: Kind,
  permissions: readonly Permission[],
  grantable: readonly Permission[],
): void {
  if (permissions.length === 0 && grantable.length === 0) throw invalid('Permissions must not be empty');
  const valid = resource.kind === 'policy' && resource.type === 'DATABASE' ? DATABASE : VALID[kind];
  const wrong = [...permissions, ...grantable].filter((permission) => !valid.includes(permission));
  if (wrong.length > 0) {
    throw invalid(`Permissions modification is invalid. Invalid permissions: [${[...new Set(wrong)].join(', ')}]`);
  }
}

/** `ALL` beside what it stands for on that resource; the others as given. */
function expanded(resource: LfResource, permissions: readonly Permission[]): Permission[] {
  if (!permissions.includes('ALL')) return [...new Set(permissions)].sort();
  const database = resource.kind === 'database' || (resource.kind === 'policy' && resource.type === 'DATABASE');
  return [...(database ? DATABASE : TABLE)];
}

/** A part of a grant as it is kept: SELECT on a table is kept as SELECT on its columns. */
export interface Part {
  readonly resource: LfResource;
  readonly permissions: readonly Permission[];
  readonly grantable: readonly Permission[];
}

/** A grant taken apart into the normal form that `ListPermissions` answers in. */
export function partsOf(
  resource: LfResource,
  permissions: readonly Permission[],
  grantable: readonly Permission[],
): Part[] {
  const all = expanded(resource, permissions);
  const passing = expanded(resource, grantable);
  if (resource.kind !== 'table') return [{ resource, permissions: all, grantable: passing }];
  const columns: LfResource = { ...resource, kind: 'columns' };
  const rest = (list: readonly Permission[]) => list.filter((permission) => permission !== 'SELECT');
  const reads = (list: readonly Permission[]) => list.filter((permission) => permission === 'SELECT');
  return [
    { resource, permissions: rest(all), grantable: rest(passing) },
    { resource: columns, permissions: reads(all), grantable: reads(passing) },
  ].filter((part) => part.permissions.length > 0 || part.grantable.length > 0);
}
