import type { SqlParser } from '../audit/reads/sql-parser.ts';
import { columnLineage } from './column-lineage.ts';
import { datasetId, facet, PRODUCER, RUN_EVENT } from './open-lineage.ts';
import { onto, type Written } from './output.ts';
import { type Input, isDirect } from './transformation.ts';

/** One statement of a pipeline that was run. */
export interface StatementRun {
  /** A UUID. */
  readonly run: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly mesh: string;
  readonly account: string;
  readonly region: string;
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  readonly table: string;
  /** What the step is called, where several of them write one table: what each of them says is kept. */
  readonly step?: string;
  /** The SELECT that made the rows. */
  readonly sql: string;
  /** Columns of the tables that the SELECT reads, by `database.table`; what is not known stays away. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** The table that was written, as `database.table`, and its columns in order. */
  readonly output: { readonly name: string; readonly columns: readonly string[] };
}

/** Longer texts stay out of the event, which has to fit into one of EventBridge. */
const LONGEST_SQL = 32_000;

/**
 * What a statement did, as an OpenLineage run event (2-0-2) with the facets schema, columnLineage (1-2-0), sql and jobType, and `weft_lineage`, which
 * names the product and says what could not be told. Tables are named as the catalog of the domain's account has them, so the table of another
 * domain's product by the link to it. Undefined when the statement cannot be read.
 */
export function runEvent(statement: StatementRun, parser: SqlParser): Record<string, unknown> | undefined {
  const lineage = columnLineage(statement.sql, { columns: statement.columns }, parser);
  if (lineage === undefined) return undefined;
  const { domain, product, major, table, step, output, sql } = statement;
  const written = onto(output.columns, lineage);
  const columns = Object.fromEntries(
    Object.entries(statement.columns).map(([name, names]) => [name.toLowerCase(), names] as const),
  );
  return {
    eventType: 'COMPLETE',
    eventTime: statement.at,
    producer: PRODUCER,
    schemaURL: RUN_EVENT,
    run: { runId: statement.run },
    job: {
      namespace: `weft:${statement.mesh}`,
      name: [`${domain}.${product}.v${major}.${table}`, ...(step === undefined ? [] : [step])].join('.'),
      facets: {
        ...(sql.length > LONGEST_SQL ? {} : { sql: facet('sql', { query: sql, dialect: 'athena' }) }),
        jobType: facet('jobType', { processingType: 'BATCH', integration: 'WEFT', jobType: 'QUERY' }),
      },
    },
    inputs: lineage.tables.map((name) => ({
      ...datasetId(name, statement),
      facets: columns[name] === undefined ? {} : { schema: facet('schema', { fields: columns[name].map(fieldNamed) }) },
    })),
    outputs: [
      {
        ...datasetId(output.name.toLowerCase(), statement),
        facets: {
          schema: facet('schema', { fields: output.columns.map(fieldNamed) }),
          columnLineage: facet('columnLineage', columnLineageOf(written, statement)),
          weft_lineage: facet('weft_lineage', {
            product: `${domain}/${product}`,
            major,
            table,
            unknown: written.unknown,
          }),
        },
      },
    ],
  };
}

const fieldNamed = (name: string) => ({ name });

function columnLineageOf(written: Written, site: Pick<StatementRun, 'account' | 'region'>): object {
  return {
    fields: Object.fromEntries(
      Object.entries(written.columns).map(([name, inputs]) => [name, { inputFields: inputFields(inputs, site) }]),
    ),
    dataset: inputFields(written.dataset, site),
  };
}

/** The inputs by column, each with all the ways in which it is used. */
function inputFields(inputs: readonly Input[], site: Pick<StatementRun, 'account' | 'region'>): object[] {
  const byColumn = new Map<string, Input[]>();
  for (const input of inputs) {
    const key = `${input.table}\n${input.column}`;
    byColumn.set(key, [...(byColumn.get(key) ?? []), input]);
  }
  return [...byColumn.values()].map((ways) => ({
    ...datasetId(ways[0]?.table ?? '', site),
    field: ways[0]?.column,
    transformations: ways.map(({ how, masking }) => ({
      type: isDirect(how) ? 'DIRECT' : 'INDIRECT',
      subtype: how,
      description: '',
      masking: masking === true,
    })),
  }));
}
