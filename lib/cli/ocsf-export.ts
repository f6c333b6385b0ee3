import { member } from '#mesh/audit/findings/relations.ts';
import type { OcsfEvent } from '#mesh/audit/ocsf/event.ts';
import { type ExportedAct, type ExportedRead, eventOfRead, eventsOfAct } from '#mesh/audit/ocsf/map.ts';
import { validateEvent } from '#mesh/audit/ocsf/validate.ts';
import { WeftError } from '#mesh/error.ts';
import { literal } from '#mesh/sql/literal.ts';
import { auditDatabaseName } from '#mesh/topology/names.ts';
import { query } from './athena.ts';
import type { Connection } from './connection.ts';
import { isQueryFailure } from './query-failure.ts';
import { actsOf } from './report-facts.ts';

/** The trail's entries and reads of a stretch of time as OCSF events; `unknown` says why reads are not among them. */
export interface OcsfExport {
  readonly events: readonly OcsfEvent[];
  readonly unknown?: string;
}

/**
 * Maps everything from `from` up to `to` (ISO 8601, out of it), and checks every event against the schema of its class.
 * @throws WeftError `WEFT-AUDIT-073` for an event that does not fit: nothing is exported then.
 */
export async function exportOcsf(connection: Connection, span: { from: string; to: string }): Promise<OcsfExport> {
  const { mesh } = connection.topology;
  const [acts, more, reads] = await Promise.all([
    actsOf(connection, span),
    detailsOf(connection, span),
    readsOf(connection, span),
  ]);
  const exported = acts.map((act): ExportedAct => ({ ...act, principals: [], version: '', ...more.get(act.id) }));
  const events = [
    ...exported.flatMap((act) => eventsOfAct(act, mesh)),
    ...(reads instanceof WeftError ? [] : reads.map((read) => eventOfRead(read, mesh))),
  ].toSorted((a, b) => a.time - b.time);
  const problems = events.flatMap((event) =>
    validateEvent(event).map((problem) => `${event.metadata.uid}: ${problem}`),
  );
  if (problems.length > 0) {
    throw new WeftError(
      'WEFT-AUDIT-073',
      `${problems.length} attributes do not fit OCSF: ${problems.slice(0, 5).join('; ')}`,
    );
  }
  return { events, ...(reads instanceof WeftError ? { unknown: reads.message } : {}) };
}

type Details = Pick<ExportedAct, 'principals' | 'version'>;

/** Whom subscriptions are for, and versions, by the ids of their entries. */
async function detailsOf(
  connection: Connection,
  { from, to }: { from: string; to: string },
): Promise<Map<string, Details>> {
  const principals = "array_join(CAST(json_extract(e.state, '$.principals') AS ARRAY(VARCHAR)), ' ')";
  const sql = `SELECT e.id, CASE WHEN e.entity = 'subscription' THEN ${principals} END AS principals, ${member('version', 'e.state')} AS version
FROM ${database(connection)}.entries e WHERE e."at" >= ${literal(from)} AND e."at" < ${literal(to)} AND e.state IS NOT NULL`;
  const { rows } = await query(connection, sql);
  return new Map(
    rows.map(([id, list, version]) => [
      id ?? '',
      { principals: (list ?? '').split(' ').filter((arn) => arn !== ''), version: version ?? '' },
    ]),
  );
}

const COLUMN_GAP = ',';

/** One row for each table that one query touched; the reason, where nothing can tell. */
async function readsOf(
  connection: Connection,
  { from, to }: { from: string; to: string },
): Promise<ExportedRead[] | WeftError> {
  const keys = 'account principal service domain product major tablename subscription queryid sql state'.split(' ');
  const groups = keys.map((name) => `CAST(r.${name} AS VARCHAR)`);
  const sql = `SELECT r."at", ${groups.map((group, index) => `${group} AS ${keys[index]}`).join(', ')}, array_join(array_sort(array_agg(DISTINCT r.columnname)), '${COLUMN_GAP}') AS seen
FROM ${database(connection)}.reads r WHERE r."at" >= ${literal(from)} AND r."at" < ${literal(to)}
GROUP BY r."at", ${groups.join(', ')} ORDER BY 1, 2, 3`;
  try {
    const { rows } = await query(connection, sql);
    return rows.map((row) => {
      const [
        at = '',
        account = '',
        principal = '',
        service = '',
        domain = '',
        product = '',
        major = '',
        table = '',
        subscription = '',
        queryId = '',
        text = '',
        state = '',
        seen = '',
      ] = row.map((value) => value ?? '');
      const columns = seen.split(COLUMN_GAP).filter((name) => name !== '');
      return {
        at,
        account,
        principal,
        service,
        domain,
        product,
        major,
        table,
        columns,
        subscription,
        queryId,
        sql: text,
        state,
      };
    });
  } catch (error) {
    if (isQueryFailure(error)) return error;
    throw error;
  }
}

function database({ topology }: Connection): string {
  return auditDatabaseName(topology.mesh);
}
