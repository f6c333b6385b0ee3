import type { DataLakePrincipal, LFTag, Resource } from '@aws-sdk/client-lakeformation';
import { invalid } from './errors.ts';
import { canonical, type LfResource, type TagCondition, WILDCARD } from './resource.ts';

const ALL_TABLES = 'ALL_TABLES';

/**
 * A resource of the API as the rest of the service knows it, names in lower case.
 * @throws AwsError InvalidInputException when it is not exactly one well-formed member
 */
export function parseResource(resource: Resource | undefined, account: string): LfResource {
  const members = Object.entries(resource ?? {}).filter(([, member]) => member !== undefined);
  if (resource === undefined || members.length !== 1) {
    throw invalid('Resource must have exactly one of the fields set');
  }
  const { Catalog, Database, Table, TableWithColumns, DataLocation, DataCellsFilter } = resource;
  if (Catalog !== undefined) return { kind: 'catalog', catalogId: Catalog.Id ?? account };
  if (Database !== undefined) {
    return { kind: 'database', catalogId: Database.CatalogId ?? account, database: name(Database.Name, 'Database') };
  }
  if (Table !== undefined) {
    const at = { catalogId: Table.CatalogId ?? account, database: name(Table.DatabaseName, 'Database') };
    const wildcard = Table.TableWildcard !== undefined || Table.Name === ALL_TABLES;
    if (wildcard && Table.TableWildcard !== undefined && Table.Name !== undefined && Table.Name !== ALL_TABLES) {
      throw invalid('Table resource must have either name or wildcard, not both');
    }
    return { kind: 'table', ...at, table: wildcard ? WILDCARD : name(Table.Name, 'Table') };
  }
  if (TableWithColumns !== undefined) return columnsResource(TableWithColumns, account);
  if (DataLocation !== undefined) {
    const arn = DataLocation.ResourceArn ?? '';
    if (!arn.startsWith('arn:aws:s3:::')) throw invalid(`Invalid resource ARN: ${arn}`);
    return { kind: 'location', catalogId: DataLocation.CatalogId ?? account, arn: arn.replace(/\/\*?$/, '') };
  }
  if (DataCellsFilter !== undefined) {
    return {
      kind: 'filter',
      catalogId: DataCellsFilter.TableCatalogId ?? account,
      database: name(DataCellsFilter.DatabaseName, 'Database'),
      table: name(DataCellsFilter.TableName, 'Table'),
      name: name(DataCellsFilter.Name, 'Filter', false),
    };
  }
  return tagResource(resource, account);
}

function tagResource({ LFTag: tag, LFTagPolicy: policy, LFTagExpression: saved }: Resource, account: string) {
  if (tag !== undefined) {
    const values = (tag.TagValues ?? []).map((value) => value.toLowerCase());
    const catalogId = tag.CatalogId ?? account;
    return { kind: 'tag', catalogId, key: name(tag.TagKey, 'Tag'), values } satisfies LfResource;
  }
  if (policy !== undefined) {
    const catalogId = policy.CatalogId ?? account;
    const type = policy.ResourceType;
    if (type !== 'DATABASE' && type !== 'TABLE') throw invalid('ResourceType must be DATABASE or TABLE');
    if ((policy.Expression === undefined) === (policy.ExpressionName === undefined)) {
      throw invalid('LFTagPolicy must have either Expression or ExpressionName');
    }
    if (policy.ExpressionName !== undefined) {
      return { kind: 'policy', catalogId, type, expressionName: policy.ExpressionName } satisfies LfResource;
    }
    const expression = parseExpression(policy.Expression);
    return { kind: 'policy', catalogId, type, expression } satisfies LfResource;
  }
  if (saved !== undefined) {
    const catalogId = saved.CatalogId ?? account;
    return { kind: 'expression', catalogId, name: name(saved.Name, 'Expression', false) } satisfies LfResource;
  }
  throw invalid('Resource must have exactly one of the fields set');
}

/** A tag expression with keys and values in lower case, sorted. */
export function parseExpression(expression: readonly LFTag[] | undefined): TagCondition[] {
  const conditions = (expression ?? []).map(({ TagKey, TagValues }) => ({
    key: name(TagKey, 'Tag'),
    values: (TagValues ?? []).map((value) => value.toLowerCase()),
  }));
  if (conditions.length === 0) throw invalid('Expression must have at least one LF-Tag');
  return canonical(conditions);
}

function columnsResource(given: NonNullable<Resource['TableWithColumns']>, account: string): LfResource {
  const at = {
    catalogId: given.CatalogId ?? account,
    database: name(given.DatabaseName, 'Database'),
    table: given.Name === ALL_TABLES ? WILDCARD : name(given.Name, 'Table'),
  };
  if ((given.ColumnNames === undefined) === (given.ColumnWildcard === undefined)) {
    throw invalid('TableWithColumns must have either ColumnNames or ColumnWildcard');
  }
  if (given.ColumnNames !== undefined) {
    if (given.ColumnNames.length === 0) throw invalid('ColumnNames must not be empty');
    return { kind: 'columns', ...at, columns: [...new Set(given.ColumnNames.map((one) => one.toLowerCase()))] };
  }
  const excluded = (given.ColumnWildcard?.ExcludedColumnNames ?? []).map((one) => one.toLowerCase());
  return excluded.length === 0 ? { kind: 'columns', ...at } : { kind: 'columns', ...at, excluded };
}

/** A resource as `ListPermissions` answers it. */
export function toWire(resource: LfResource): Resource {
  const { catalogId: CatalogId } = resource;
  switch (resource.kind) {
    case 'catalog':
      return { Catalog: { Id: CatalogId } };
    case 'database':
      return { Database: { CatalogId, Name: resource.database } };
    case 'table': {
      const at = { CatalogId, DatabaseName: resource.database };
      return resource.table === WILDCARD
        ? { Table: { ...at, Name: ALL_TABLES, TableWildcard: {} } }
        : { Table: { ...at, Name: resource.table } };
    }
    case 'columns': {
      const { columns, excluded, database: DatabaseName } = resource;
      const Name = resource.table === WILDCARD ? ALL_TABLES : resource.table;
      const at = { CatalogId, DatabaseName, Name };
      if (columns !== undefined) return { TableWithColumns: { ...at, ColumnNames: [...columns] } };
      const ColumnWildcard = excluded === undefined ? {} : { ExcludedColumnNames: [...excluded] };
      return { TableWithColumns: { ...at, ColumnWildcard } };
    }
    case 'filter': {
      const { database: DatabaseName, table: TableName, name: Name } = resource;
      return { DataCellsFilter: { TableCatalogId: CatalogId, DatabaseName, TableName, Name } };
    }
    case 'location':
      return { DataLocation: { CatalogId, ResourceArn: resource.arn } };
    case 'tag':
      return { LFTag: { CatalogId, TagKey: resource.key, TagValues: [...resource.values] } };
    case 'policy': {
      const { type: ResourceType, expressionName: ExpressionName } = resource;
      if (ExpressionName !== undefined) return { LFTagPolicy: { CatalogId, ResourceType, ExpressionName } };
      const Expression = (resource.expression ?? []).map(({ key, values }) => ({
        TagKey: key,
        TagValues: [...values],
      }));
      return { LFTagPolicy: { CatalogId, ResourceType, Expression } };
    }
    case 'expression':
      return { LFTagExpression: { CatalogId, Name: resource.name } };
  }
}

/** @throws AwsError InvalidInputException when the identifier is none that Lake Formation takes */
export function parsePrincipal(principal: DataLakePrincipal | undefined): string {
  const id = principal?.DataLakePrincipalIdentifier ?? '';
  const known =
    id === 'IAM_ALLOWED_PRINCIPALS' ||
    /^\d{12}(:IAMPrincipals)?$/.test(id) ||
    /^arn:aws[a-z-]*:iam::\d{12}:(role|user|saml-provider)\/.+$/.test(id) ||
    /^arn:aws[a-z-]*:organizations::\d{12}:(organization\/o-[a-z0-9]+|ou\/o-[a-z0-9]+\/ou-[a-z0-9-]+)$/.test(id);
  if (!known) throw invalid(`Invalid principal, arn: ${id}`);
  return id;
}

function name(value: string | undefined, what: string, fold = true): string {
  if (value === undefined || value === '') throw invalid(`${what} name must not be empty`);
  return fold ? value.toLowerCase() : value;
}
