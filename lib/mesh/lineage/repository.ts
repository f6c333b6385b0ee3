import type { SqlParser } from '../audit/reads/sql-parser.ts';
import type { Problem } from '../error.ts';
import type { ProductTable } from '../product/product.ts';
import { databaseName, landingDatabaseName, productOfDatabase } from '../topology/names.ts';
import { columnLineage } from './column-lineage.ts';
import type { Version } from './edges.ts';
import { onto, type Untold } from './output.ts';
import type { Lineage, LineageSource } from './record.ts';
import type { Input } from './transformation.ts';

/** A step of a pipeline with its SQL. */
export interface RepositoryStep {
  readonly product: string;
  readonly table: string;
  /** The file, for messages. */
  readonly file: string;
  readonly sql: string;
}

/** What the repository of a domain says of itself. */
export interface Repository {
  readonly domain: string;
  readonly products: readonly Version[];
  readonly steps: readonly RepositoryStep[];
  /** Columns of the raw tables, by their names, as far as they are known. */
  readonly landing: Readonly<Record<string, readonly string[]>>;
}

/** What one step makes its table of. */
export interface StepLineage extends Lineage {
  readonly file: string;
  readonly unknown: readonly Untold[];
}

/**
 * The lineage of a repository's pipeline, without a mesh. `WEFT-LINEAGE-020`: SQL that cannot be read; `-021`: a step for a table that no contract has;
 * `-022`, a warning: what cannot be told; `-023`, a warning: a raw table that the pipeline does not have.
 */
export function repositoryLineage(
  { domain, products, steps, landing }: Repository,
  parser: SqlParser,
): { readonly steps: StepLineage[]; readonly problems: Problem[] } {
  const columns = knownColumns(domain, products, landing);
  const problems: Problem[] = [];
  const found = steps.flatMap((step): StepLineage[] => {
    const { file, sql } = step;
    const version = products.find(({ name }) => name === step.product);
    const table = version?.tables.find(({ name, view }) => name === step.table && view === undefined);
    if (version === undefined || table === undefined) {
      problems.push({
        code: 'WEFT-LINEAGE-021',
        severity: 'error',
        message: `${file} is for ${step.product}.${step.table}, and no contract has such a table`,
        file,
        fix: 'name a table of a contract',
      });
      return [];
    }
    const lineage = columnLineage(sql, { columns, database: table.source.database }, parser);
    if (lineage === undefined) {
      problems.push({
        code: 'WEFT-LINEAGE-020',
        severity: 'error',
        message: `${file} cannot be read as one SELECT of Athena's SQL`,
        file,
        fix: 'write one SELECT',
      });
      return [];
    }
    const { columns: written, dataset, unknown } = onto(columnsOf(table), lineage);
    for (const { column, reason } of unknown) {
      const what = column === undefined ? step.table : `${step.table}.${column}`;
      problems.push({
        code: 'WEFT-LINEAGE-022',
        severity: 'warning',
        message: `${what} cannot be told: ${reason}`,
        file,
        fix: 'use columns that the tables have, write the table before each, columns in place of *, and AS <column> of the contract',
      });
    }
    problems.push(...unknownRaw(lineage.tables, domain, landing, file));
    const sources = lineage.tables.map((name) => sourceOf(name, products));
    const uses = (inputs: readonly Input[]) =>
      inputs.map(({ table: from, ...input }) => ({ source: lineage.tables.indexOf(from), ...input }));
    return [
      {
        domain,
        product: version.name,
        major: version.major,
        table: table.name,
        at: new Date(0).toISOString(),
        file,
        sources,
        columns: Object.fromEntries(Object.entries(written).map(([name, inputs]) => [name, uses(inputs)])),
        dataset: uses(dataset),
        unknown,
      },
    ];
  });
  return { steps: found, problems };
}

/** Raw tables that a step reads and `pipeline.yaml` does not name: most likely a misspelt one. */
function unknownRaw(
  tables: readonly string[],
  domain: string,
  landing: Repository['landing'],
  file: string,
): Problem[] {
  const database = landingDatabaseName(domain);
  const known = Object.keys(landing).map((name) => `${database}.${name}`);
  return tables
    .filter((table) => table.startsWith(`${database}.`) && !known.includes(table))
    .map((table) => ({
      code: 'WEFT-LINEAGE-023',
      severity: 'warning',
      message: `${file} reads ${table}, which is no raw table of the pipeline`,
      file,
      fix: `use one of ${known.join(', ') || 'those of "landing:", which has none'}`,
    }));
}

/** The tables of the domain by their own names and by those that others read them by, and the raw ones. */
function knownColumns(
  domain: string,
  products: readonly Version[],
  landing: Repository['landing'],
): Record<string, readonly string[]> {
  const own = products.flatMap((version) =>
    version.tables.flatMap((table): [string, readonly string[]][] => [
      ...(table.view === undefined
        ? [[`${table.source.database}.${table.source.table}`, columnsOf(table)] as [string, readonly string[]]]
        : []),
      [`${databaseName(version.domain, version.name, version.major)}.${table.name}`, columnsOf(table)],
    ]),
  );
  const raw = Object.entries(landing).map(([name, columns]) => [`${landingDatabaseName(domain)}.${name}`, columns]);
  return Object.fromEntries([...own, ...raw]);
}

function columnsOf({ columns, partitionKeys }: ProductTable): string[] {
  return [...columns, ...partitionKeys].map(({ name }) => name);
}

function sourceOf(name: string, products: readonly Version[]): LineageSource {
  const [database = '', table = '', ...more] = name.split('.');
  const central = more.length > 0 ? undefined : productOfDatabase(database);
  if (central !== undefined) return { table: name, product: { ...central, table } };
  for (const version of products) {
    const own = version.tables.find(
      ({ source, view }) => view === undefined && `${source.database}.${source.table}` === name,
    );
    if (own === undefined) continue;
    const { domain, name: product, major } = version;
    return { table: name, product: { domain, name: product, major, table: own.name } };
  }
  return { table: name };
}
