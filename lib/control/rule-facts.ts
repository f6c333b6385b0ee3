import { type Fact, productOf, type Sensitivity } from '#mesh/audit/rules/fact.ts';
import { denialFacts, denialsSql, readFacts, readsSql, type Span } from '#mesh/audit/rules/facts-sql.ts';
import { mayConcern, type Surroundings } from '#mesh/audit/rules/match.ts';
import { type AuditRule, asksForColumns } from '#mesh/audit/rules/rule.ts';
import { readsOfDays } from '#mesh/audit/views/views.ts';
import { WeftError } from '#mesh/error.ts';
import type { ProductRecord, ProductTable } from '#mesh/product/product.ts';
import { domainOfAccount, type Topology } from '#mesh/topology/topology.ts';

/** Where what the rules look at comes from. */
export interface RuleSources {
  /** The Glue database of the audit tables. */
  readonly database: string;
  /** Runs SQL in the database of the audit tables and gives its rows. */
  query(sql: string): Promise<readonly (readonly (string | null)[])[]>;
  /** Asks the mesh's API. */
  get<T>(path: string, query: Readonly<Record<string, string>>): Promise<T>;
}

/** The facts of a span that some rule may look at. */
export async function factsOf(
  rules: readonly AuditRule[],
  span: Span,
  sources: RuleSources,
  topology: Topology,
): Promise<Fact[]> {
  const looksAt = (source: AuditRule['looksAt']) => rules.some((rule) => rule.looksAt === source);
  const { database } = sources;
  const reads = looksAt('reads')
    ? readFacts(await sources.query(readsSql(span, readsOfDays(topology, { from: span.since }))))
    : [];
  const denials = looksAt('denials') ? denialFacts(await sources.query(denialsSql(database, span))) : [];
  return [...reads, ...denials];
}

/** What the mesh knows around the facts: domains, levels, and what the columns are where a rule asks for it. */
export async function surroundingsOf(
  rules: readonly AuditRule[],
  facts: readonly Fact[],
  sources: Pick<RuleSources, 'get'>,
  topology: Topology,
): Promise<Surroundings> {
  const domainOf = (account: string) => domainOfAccount(topology, account)?.name;
  const asking = rules.filter(asksForColumns);
  const wanted = facts.filter((fact) => asking.some((rule) => mayConcern(rule, fact, { domainOf })));
  const tables = new Map<string, readonly ProductTable[]>();
  for (const [key, [fact]] of Map.groupBy(wanted, versionKey)) {
    const found = fact === undefined ? undefined : await tablesOf(fact, sources);
    if (found !== undefined) tables.set(key, found);
  }
  return {
    domainOf,
    ladder: topology.classification,
    sensitivityOf: (fact) => sensitivity(fact, tables.get(versionKey(fact)), topology.classification),
  };
}

function versionKey(fact: Fact): string {
  return `${productOf(fact)}#${fact.major ?? ''}`;
}

/** Undefined for a version that is not there any more. */
async function tablesOf(fact: Fact, { get }: Pick<RuleSources, 'get'>): Promise<readonly ProductTable[] | undefined> {
  const query: Record<string, string> = fact.major === undefined ? {} : { major: String(fact.major) };
  try {
    const { product } = await get<{ product: ProductRecord }>(`/products/${productOf(fact)}`, query);
    return product.tables;
  } catch (error) {
    if (error instanceof WeftError && error.code.startsWith('WEFT-PRODUCT-')) return undefined;
    throw error;
  }
}

/** The most sensitive of the columns that were read; where the trail does not say which, of those of the table. */
function sensitivity(
  { table: name, columns }: Fact,
  tables: readonly ProductTable[] | undefined,
  ladder: readonly string[],
): Sensitivity | undefined {
  const table = tables?.find((entry) => entry.name === name);
  if (table === undefined) return undefined;
  const all = [...table.columns, ...table.partitionKeys];
  // A column that is not there any more, or `*` where nobody knew the columns: it may have been anything.
  if (columns.some((name) => !all.some((column) => column.name.toLowerCase() === name))) return undefined;
  const read = columns.length === 0 ? all : all.filter((column) => columns.includes(column.name.toLowerCase()));
  const levels = read.map((column) => column.classification ?? table.defaultClassification ?? ladder.at(-1) ?? '');
  const highest = levels.toSorted((a, b) => ladder.indexOf(b) - ladder.indexOf(a))[0];
  return highest === undefined
    ? undefined
    : { classification: highest, personal: read.some((column) => column.personal === true) };
}
