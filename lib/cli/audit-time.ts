import type { AccessFact } from '#mesh/audit/time/facts.ts';
import { type AccessHistory, accessHistory, type ToldEntry } from '#mesh/audit/time/history.ts';
import { momentOf } from '#mesh/audit/time/moment.ts';
import type { Reason } from '#mesh/audit/time/reasons.ts';
import type { When } from '#mesh/audit/time/series.ts';
import { DOMAIN_ROLES, domainRoleName, GOVERNANCE_ROLES, governanceRoleName } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { toldEntries } from './audit-entries.ts';
import { type Invocation, textOption } from './command.ts';
import type { Connection } from './connection.ts';
import type { Io } from './io.ts';
import { renderTable } from './table.ts';
import { momentText } from './time-text.ts';

/** The entries that a question about access is answered from. */
const ASKED = "entity IN ('product', 'share', 'subscription', 'entitlement')";

/** The moments that a command was asked for, checked before anything is fetched, then against the time that it is. */
export async function askedHistory(
  invocation: Invocation,
  connection: Connection,
  condition: string,
): Promise<{ readonly history: AccessHistory; readonly when: When; readonly entries: readonly ToldEntry[] }> {
  whenOf(invocation, Number.POSITIVE_INFINITY);
  const { entries, now } = await toldEntries(connection, `${ASKED} AND ${condition}`);
  return { history: accessHistory(entries), when: whenOf(invocation, now), entries };
}

function whenOf(invocation: Invocation, now: number): When {
  const [at, known] = ['at', 'asKnownAt'].map((name) => {
    const text = textOption(invocation, name);
    return text === undefined ? now : momentOf(text, name === 'at' ? '--at' : '--as-known-at', now);
  });
  return { at: at ?? now, known: known ?? now };
}

/** What both commands print. */
export interface AccessAnswer {
  /** ISO 8601. */
  readonly at: string;
  readonly asKnownAt: string;
  readonly access: readonly AccessFact[];
}

export function answerOf({ at, known }: When, access: readonly AccessFact[]): AccessAnswer {
  return { at: new Date(at).toISOString(), asKnownAt: new Date(known).toISOString(), access };
}

/** The answer as a table, and below it each chain of reasons once; `nothing` says what it means that there is none. */
export function showAccess(io: Io, { at, asKnownAt, access }: AccessAnswer, topology: Topology, nothing: string): void {
  const moment = `at ${at}, as known at ${asKnownAt}`;
  if (access.length === 0) {
    io.err(`${nothing} ${moment}\n`);
    return;
  }
  io.err(`${moment}\n`);
  const name = nameIn(topology);
  const table = renderTable(
    access,
    [
      { title: 'who', value: (fact) => name(fact.principal) },
      { title: 'product', value: (fact) => `${fact.product} v${fact.major}` },
      { title: 'table', value: (fact) => fact.table },
      { title: 'columns', value: columnsText },
      { title: 'rows', value: (fact) => fact.rows ?? 'all' },
      { title: 'from', value: (fact) => momentText(fact.from), whole: true },
      { title: 'until', value: (fact) => (fact.until === undefined ? '' : momentText(fact.until)) },
      { title: 'why', value: (fact) => fact.reasons.map(shortReason).join(', ') },
    ],
    io.columns,
  );
  const reasons = new Map(access.flatMap((fact) => fact.reasons.map((reason) => [JSON.stringify(reason), reason])));
  io.out(`${table}\n${[...reasons.values()].flatMap((reason) => reasonLines(reason, name)).join('\n')}\n`);
}

/** The short names of the mesh's roles, and everything else as it is. */
export function nameIn(topology: Topology): (principal: string) => string {
  const roles = new Map<string, string>();
  for (const { name, account } of topology.domains)
    for (const role of DOMAIN_ROLES)
      roles.set(`${account}:role/${domainRoleName(topology.mesh, name, role)}`, `${name}/${role}`);
  for (const role of [...GOVERNANCE_ROLES, 'view-definer'] as const) {
    for (const account of [topology.governanceAccount, topology.auditAccount])
      roles.set(`${account}:role/${governanceRoleName(topology.mesh, role)}`, `governance/${role}`);
  }
  const accounts = new Map(topology.domains.map(({ name, account }) => [account, name]));
  return (principal) => {
    const [, account = '', path = ''] =
      /^arn:aws:(?:iam|sts)::(\d{12}):(?:role|assumed-role)\/([^/]+)/.exec(principal) ?? [];
    const domain = accounts.get(principal);
    if (domain !== undefined) return `account ${principal} (${domain})`;
    return roles.get(`${account}:role/${path}`) ?? principal;
  };
}

function columnsText({ columns, shows = [] }: AccessFact): string {
  return columns
    .map((column) => {
      const shown = shows.find((one) => one.column === column);
      return shown === undefined || shown.how === 'clear' ? column : `${column} (${shown.how} of ${shown.of})`;
    })
    .join(', ');
}

function shortReason(reason: Reason): string {
  if (reason.kind === 'subscription' || reason.kind === 'entitlement') return reason.id;
  return reason.kind;
}

function reasonLines(reason: Reason, name: (principal: string) => string): string[] {
  switch (reason.kind) {
    case 'subscription':
      return [
        `${reason.id} (${reason.state})`,
        `  asked for by ${name(reason.requestedBy)}, ${momentText(reason.requestedAt)}: ${reason.purpose}`,
        ...reason.judgements.map(
          ({ at, action, policies }) => `  ${action} judged by ${policies.join(', ')}, ${momentText(at)}`,
        ),
        ...reason.approvals.map((one) => `  approved as ${one.class} by ${name(one.by)}, ${momentText(one.at)}`),
        ...(reason.approvals.length === 0 && reason.decidedBy !== undefined
          ? [`  decided by ${name(reason.decidedBy)}`]
          : []),
        ...(reason.follows === undefined ? [] : [`  follows ${reason.follows}`]),
      ];
    case 'entitlement':
      return [
        `${reason.id} (standing entitlement, by ${reason.way})`,
        `  granted by ${name(reason.grantedBy)}, ${momentText(reason.grantedAt)}: ${reason.purpose}`,
      ];
    case 'by-hand':
      return [
        `by-hand: ${reason.what}`,
        `  by ${reason.by ?? 'somebody'}, since ${momentText(reason.since ?? '') || 'no one knows when'}`,
      ];
    case 'definer':
      return ['definer: it reads what the views of the product are made of'];
    case 'unexplained':
      return [
        `unexplained: the grant stands, and nothing in the trail gives it${reason.by === undefined ? '' : `; ${reason.by} made it`}`,
      ];
  }
}
