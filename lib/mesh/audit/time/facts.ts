import type { ClassificationLadder } from '../../topology/topology.ts';
import { type Access, accessTo, type Narrowing } from './access.ts';
import type { AccessHistory, ShareHistory, VersionHistory } from './history.ts';
import { type Reason, reasonsOf } from './reasons.ts';
import type { When } from './series.ts';

/** What a column of a view shows. */
export interface Shown {
  readonly column: string;
  /** The column of the base table. */
  readonly of: string;
  readonly how: 'clear' | 'null' | 'partial' | 'hash';
}

/** Some columns of one table that a principal could read, in both times. */
export interface AccessFact {
  /** A role's ARN, an account's id, or another principal of Lake Formation. */
  readonly principal: string;
  /** The consuming domain; absent for those who are no consumer's. */
  readonly consumer?: string;
  readonly product: string;
  readonly major: number;
  readonly table: string;
  readonly columns: readonly string[];
  /** A Lake Formation filter expression; absent: every row. */
  readonly rows?: string;
  /** Of a view: what its columns are made of. */
  readonly shows?: readonly Shown[];
  /** ISO 8601: from when to when it held in the world; no `until`: it still did, by the last that was known. */
  readonly from: string;
  readonly until?: string;
  /** ISO 8601: when the trail first told of it, and when it first told of its end. */
  readonly recorded: string;
  readonly endRecorded?: string;
  readonly reasons: readonly Reason[];
  readonly grants: readonly StandingGrant[];
}

/** A grant that access stood on. */
export interface StandingGrant {
  readonly side: 'governance' | 'consumer';
  readonly principal: string;
  /** `<kind> <catalog>/<database>/<table>…`. */
  readonly on: string;
  readonly since?: string;
  readonly by?: string;
}

/** What is asked of a history. */
export interface Question extends When {
  readonly ladder: ClassificationLadder;
  readonly narrowing?: Narrowing;
}

interface Span {
  from: number;
  recorded: number;
  until?: number;
  endRecorded?: number;
}

/** Who could read what of these versions at a moment, as known at another: the same answer for whoever asks, whenever. */
export function factsOf(history: AccessHistory, versions: readonly VersionHistory[], question: Question): AccessFact[] {
  return versions.flatMap((version) => {
    const held = accessTo(version, history, question, question);
    const facts = [...Map.groupBy(held, ({ share }) => share)].flatMap(([share, own]) => {
      const spans = spansOf(own, alone(version, share), history, question);
      return own.map((access) => factOf(access, spans.get(idOf(access)) as Span, version, history, question));
    });
    return grouped(facts);
  });
}

/** The version with nothing of other consumers: what they have moves nothing of this one's. */
function alone(version: VersionHistory, share: ShareHistory | undefined): VersionHistory {
  if (share !== undefined) return { ...version, shares: [share], strangers: [] };
  const shares = version.shares.map((one) => ({ ...one, states: [], central: [], local: [], drift: [] }));
  return { ...version, shares };
}

/** Walks from the moment both ways to where each access began and ended. */
function spansOf(
  held: readonly Access[],
  version: VersionHistory,
  history: AccessHistory,
  { at, known, ladder, narrowing }: Question,
): Map<string, Span> {
  const turns = turnsOf(version, history, known);
  const accessAt = (moment: number) =>
    new Map(
      accessTo(
        version,
        history,
        { at: moment, known },
        { ladder, ...(narrowing === undefined ? {} : { narrowing }) },
      ).map((access) => [idOf(access), access]),
    );
  const before = turns.findLastIndex((turn) => turn.at <= at);
  const spans = new Map<string, Span>(held.map((access) => [idOf(access), { from: at, recorded: access.recorded }]));
  let open = new Set(spans.keys());
  for (let index = before; index >= 0 && open.size > 0; index -= 1) {
    const turn = turns[index] as Turn;
    const then = accessAt(turn.at);
    open = new Set([...open].filter((id) => then.has(id)));
    for (const id of open) {
      const span = spans.get(id) as Span;
      span.from = turn.at;
      span.recorded = (then.get(id) as Access).recorded;
    }
  }
  open = new Set(spans.keys());
  for (let index = before + 1; index < turns.length && open.size > 0; index += 1) {
    const turn = turns[index] as Turn;
    const then = accessAt(turn.at);
    for (const id of open) {
      if (then.has(id)) continue;
      Object.assign(spans.get(id) as Span, { until: turn.at, endRecorded: turn.recorded });
      open.delete(id);
    }
  }
  return spans;
}

/** A moment at which something of a version may have changed, and when the last that tells of it was recorded. */
interface Turn {
  readonly at: number;
  readonly recorded: number;
}

function turnsOf(version: VersionHistory, { entitlements }: AccessHistory, known: number): Turn[] {
  const looks = [version.strangers, ...version.shares.flatMap(({ central, local }) => [central, local])].flat();
  const drift = [version.drift, ...version.shares.map((share) => share.drift)].flat();
  const states = [version.states, ...version.shares.map((share) => share.states)].flat();
  const ends = [...entitlements.values()].flat().flatMap(({ value, recorded }) => {
    const { endedAt } = value.status;
    return endedAt === undefined ? [] : [{ at: Date.parse(endedAt), recorded }];
  });
  const all: Turn[] = [
    ...looks.map(({ seen, recorded }) => ({ at: seen, recorded })),
    ...looks.flatMap(({ recorded, value }) =>
      value.grants.flatMap(({ lastUpdated }) =>
        lastUpdated === undefined ? [] : [{ at: Date.parse(lastUpdated), recorded }],
      ),
    ),
    ...drift.flatMap(({ from, recorded, end }) => [{ at: from, recorded }, ...(end === undefined ? [] : [end])]),
    ...states.map(({ seen, recorded }) => ({ at: seen, recorded })),
    ...ends,
  ];
  const turns = new Map<number, number>();
  for (const { at, recorded } of all) {
    if (recorded <= known) turns.set(at, Math.max(turns.get(at) ?? 0, recorded));
  }
  return [...turns].toSorted(([a], [b]) => a - b).map(([at, recorded]) => ({ at, recorded }));
}

function idOf({ principal, table, column, rows }: Access): string {
  return JSON.stringify([principal, table.name, column, rows]);
}

function factOf(
  access: Access,
  span: Span,
  version: VersionHistory,
  history: AccessHistory,
  question: Question,
): AccessFact {
  const { principal, share, table, column, rows, via } = access;
  const shown = table.columns.find(({ name }) => name === column)?.shows;
  return {
    principal,
    ...(share === undefined ? {} : { consumer: share.consumer }),
    product: `${version.domain}/${version.product}`,
    major: version.major,
    table: table.name,
    columns: [column],
    ...(rows === '' ? {} : { rows }),
    ...(shown === undefined ? {} : { shows: [{ column, of: shown.column, how: shown.mask }] }),
    from: timeOf(span.from),
    ...(span.until === undefined ? {} : { until: timeOf(span.until) }),
    recorded: timeOf(span.recorded),
    ...(span.endRecorded === undefined ? {} : { endRecorded: timeOf(span.endRecorded) }),
    reasons: reasonsOf(access, version, history, question),
    grants: via.map(({ grant, side }): StandingGrant => {
      const { resource, lastUpdated, lastUpdatedBy } = grant;
      return {
        side,
        principal: grant.principal,
        on: placeOf(resource),
        ...(lastUpdated === undefined ? {} : { since: lastUpdated }),
        ...(lastUpdatedBy === undefined ? {} : { by: lastUpdatedBy }),
      };
    }),
  };
}

function placeOf(resource: Access['via'][number]['grant']['resource']): string {
  if (resource.kind === 'other') return resource.id;
  if (resource.kind === 'database') return `database ${resource.database}`;
  const name = `${resource.database}.${resource.table}`;
  return resource.kind === 'filter' ? `filter ${name}/${resource.name}` : `${resource.kind} ${name}`;
}

/** The facts that differ in nothing but their column as one, in the table's order. */
function grouped(facts: readonly AccessFact[]): AccessFact[] {
  const groups = Map.groupBy(facts, ({ columns: _, shows: __, ...fact }) => JSON.stringify(fact));
  return [...groups.values()].map((own) => {
    const shows = own.flatMap((fact) => fact.shows ?? []);
    const columns = own.flatMap((fact) => fact.columns);
    return { ...(own[0] as AccessFact), columns, ...(shows.length === 0 ? {} : { shows }) };
  });
}

function timeOf(moment: number): string {
  return new Date(moment).toISOString();
}
