import type { AssignedTags, LakeFormationTags } from '#aws/lake-formation-tags.ts';
import { type ProductTags, tagKeys, WITHHELD, wantedTags } from '#mesh/entitlement/tags.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { permanentOnly } from './converge.ts';

export interface TagsContext {
  readonly tags: LakeFormationTags;
  readonly topology: Topology;
  /** The central database of the product. */
  readonly database: string;
}

type Level = string | undefined;

/** The classifications of some columns of one table: `undefined` takes a column's own value away, so that it is withheld. */
interface ColumnsChange {
  readonly table: string;
  readonly level: Level;
  /** No column of the change gets to be seen by more than before. */
  readonly narrower: boolean;
  readonly columns: readonly string[];
}

/** After that many rounds of look, change and look again, what still differs is reported. */
const ROUNDS = 3;

/** Makes the LF-Tags of a product's database and of the columns of these tables the desired ones, strictest first; answers what could not be. */
export async function convergeTags(
  desired: ProductTags,
  tables: readonly string[],
  context: TagsContext,
): Promise<readonly string[]> {
  return quietly(async () => {
    let problems: readonly string[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const open = await differences(desired, tables, context);
      if (open.count === 0) return [];
      problems = await open.mend();
      if (problems.length > 0 && round === 1) await ensureTags(context.tags, context.topology);
    }
    const { count } = await differences(desired, tables, context);
    if (count === 0) return [];
    return problems.length > 0 ? problems : [`${count} LF-Tags of ${context.database} are not as they should be`];
  });
}

/**
 * Takes away what the columns that are there will no longer show, before the catalog changes: a column that goes must not leave a value to the next of
 * its name.
 */
export async function narrowTags(
  desired: ProductTags,
  tables: readonly string[],
  context: TagsContext,
): Promise<readonly string[]> {
  return quietly(async () => {
    const problems: string[] = [];
    for (const table of tables) {
      const found = await assignedTo(table, context);
      if (found === undefined) continue;
      const narrower = columnChanges(desired, table, found, context).filter((change) => change.narrower);
      for (const change of narrower) problems.push(...(await applyColumns(change, found, context)));
    }
    return problems;
  });
}

/** Makes the mesh's two LF-Tags with all their values. */
export async function ensureTags(tags: LakeFormationTags, topology: Topology): Promise<void> {
  for (const [key, values] of wantedTags(topology)) await tags.ensure(topology.governanceAccount, key, values);
}

async function differences(desired: ProductTags, tables: readonly string[], context: TagsContext) {
  const { topology, database } = context;
  const keys = tagKeys(topology.mesh);
  const wanted = { [keys.domain]: desired.domain, [keys.classification]: WITHHELD };
  const looks = await inTurn(tables, async (table) => ({ table, found: await assignedTo(table, context) }));
  const first = looks.find(({ found }) => found !== undefined)?.found ?? (await assignedTo(undefined, context));
  const onDatabase = Object.entries(wanted).filter(([key, value]) => first?.database[key] !== value);
  const onTables = looks.flatMap(({ table, found }) => {
    const strange = Object.entries(found?.table ?? {}).filter(([key]) => Object.values(keys).includes(key));
    return strange.length === 0 ? [] : [{ table, values: Object.fromEntries(strange) }];
  });
  const onColumns = looks.flatMap(({ table, found }) => {
    if (found === undefined) return [];
    const changes = columnChanges(desired, table, found, context);
    return changes.toSorted((a, b) => Number(b.narrower) - Number(a.narrower)).map((change) => ({ change, found }));
  });
  return {
    count: onDatabase.length + onTables.length + onColumns.length,
    mend: async (): Promise<string[]> => {
      const problems: string[] = [];
      const at = { catalogId: topology.governanceAccount, database };
      if (onDatabase.length > 0) problems.push(...(await context.tags.assign(at, wanted)));
      for (const { table, values } of onTables) problems.push(...(await context.tags.remove({ ...at, table }, values)));
      // Without the database's own value a column that has none could be seen.
      if (problems.length > 0) return problems;
      for (const { change, found } of onColumns) problems.push(...(await applyColumns(change, found, context)));
      return problems;
    },
  };
}

function assignedTo(table: string | undefined, { tags, topology, database }: TagsContext) {
  return tags.assigned(topology.governanceAccount, database, table);
}

/** What has to change on a table's columns: at most two changes for each level that some of them get. */
function columnChanges(
  desired: ProductTags,
  table: string,
  found: AssignedTags,
  { topology }: TagsContext,
): ColumnsChange[] {
  const key = tagKeys(topology.mesh).classification;
  const wanted: Readonly<Record<string, string>> = desired.columns[table] ?? {};
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found.columns)])].sort();
  const others = names.filter((name) => wanted[name] !== found.columns[name]?.[key]);
  const rank = (level: Level) =>
    level === undefined ? topology.classification.length : topology.classification.indexOf(level);
  const [narrower, wider] = [true, false].map((narrow) => {
    const some = others.filter((name) => rank(wanted[name]) >= rank(found.columns[name]?.[key]) === narrow);
    return [...Map.groupBy(some, (name) => wanted[name])].map(([level, columns]) => ({
      table,
      level,
      narrower: narrow,
      columns,
    }));
  });
  return [...(narrower ?? []), ...(wider ?? [])];
}

async function applyColumns(
  { table, level, columns }: ColumnsChange,
  found: AssignedTags,
  { tags, topology, database }: TagsContext,
): Promise<readonly string[]> {
  const key = tagKeys(topology.mesh).classification;
  const at = { catalogId: topology.governanceAccount, database, table };
  if (level !== undefined) return tags.assign({ ...at, columns }, { [key]: level });
  const byValue = Map.groupBy(columns, (name) => found.columns[name]?.[key] ?? '');
  const problems = await inTurn([...byValue], ([value, names]) =>
    tags.remove({ ...at, columns: names }, { [key]: value }),
  );
  return problems.flat();
}

async function inTurn<T, R>(entries: readonly T[], work: (entry: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const entry of entries) results.push(await work(entry));
  return results;
}

async function quietly(work: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await work();
  } catch (error) {
    return [permanentOnly(error)];
  }
}
