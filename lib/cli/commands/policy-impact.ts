import type { PolicySet } from '#mesh/policy/policy-sets.ts';
import type { ImpactRow } from '#mesh/policy-set/impact.ts';
import { type Invocation, numberOption, textOption } from '../command.ts';
import { type Connection, connect } from '../connection.ts';
import { policyImpact, type RecordedReport, recordedReports } from '../policy-impact.ts';
import { policyName, readSet, scopeStatus, setInFolder } from '../policy-sets.ts';
import { type Column, renderTable } from '../table.ts';
import { momentText } from '../time-text.ts';

const DEFAULT_LIMIT = 100;

/** Exit code 2 with `--detailed-exitcode` when something that is there would be refused or asked for anew. */
const WOULD = 2;

export async function run(invocation: Invocation): Promise<number | undefined> {
  const connection = await connect(invocation);
  if (invocation.options.recorded === true) {
    const limit = numberOption(invocation, 'limit') ?? DEFAULT_LIMIT;
    show(invocation, await recordedReports(connection, limit), RECORDED_COLUMNS);
    return undefined;
  }
  const impact = await policyImpact(connection, await lookedAt(invocation, connection));
  show(invocation, impact, IMPACT_COLUMNS);
  const stricter = impact.some(({ would }) => would !== 'allow');
  return invocation.options.detailedExitcode === true && stricter ? WOULD : undefined;
}

/** The set in the folder, the version named, the open proposal, or none: then it is what the policies on trial in force say. */
async function lookedAt(invocation: Invocation, connection: Connection): Promise<PolicySet | undefined> {
  const [name] = invocation.args;
  const { scope, version } = policyName(name ?? 'global');
  if (textOption(invocation, 'policies') !== undefined) return setInFolder(invocation, scope);
  if (name === undefined) return undefined;
  const digest = version ?? (await scopeStatus(connection, scope)).proposed?.digest;
  return digest === undefined ? undefined : readSet(connection, { scope, digest });
}

function show<T>(invocation: Invocation, impact: readonly T[], columns: readonly Column<T>[]): void {
  const { io } = invocation;
  if (invocation.json) io.out(`${JSON.stringify({ impact })}\n`);
  else if (impact.length === 0) io.err('nothing that is there would be decided otherwise\n');
  else io.out(renderTable(impact, columns, io.columns));
}

const IMPACT_COLUMNS: readonly Column<ImpactRow>[] = [
  { title: 'what', value: ({ subject }) => subject, whole: true },
  { title: 'at', value: ({ action }) => action },
  { title: 'now', value: ({ now }) => now, whole: true },
  { title: 'would', value: ({ would }) => would, whole: true },
  { title: 'mode', value: ({ mode }) => mode, whole: true },
  { title: 'policy', value: ({ policy }) => policy },
  { title: 'says', value: ({ message }) => message },
];

const RECORDED_COLUMNS: readonly Column<RecordedReport>[] = [
  { title: 'at', value: ({ at }) => momentText(at), whole: true },
  { title: 'decision', value: ({ action }) => action },
  { title: 'about', value: ({ subject }) => subject },
  { title: 'would', value: ({ would }) => would, whole: true },
  { title: 'policy', value: ({ policy }) => policy, whole: true },
];
