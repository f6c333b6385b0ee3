import { withoutWidening } from '../plan/before-catalog.ts';
import { normalizeGrants } from '../plan/grants.ts';
import type { Places, ShareEnd, ShareIntent } from '../subscription/subscription.ts';
import { ALL_TABLES, type Grant } from './grant.ts';

/** What an account's roles have at a moment, and what its administrator passes on. */
export interface LocalAccess {
  readonly grants: readonly Grant[];
  readonly passesOn?: Places;
}

/** An intent names that many ends; what has an end beyond them ends with the last of them. */
const NAMED_ENDS = 12;

/** Characters that the ends of one intent take, and that they take together with its grants of now: an event holds 256 KB, and has more in it. */
const ROOM = 32_000;
const ROOM_TOGETHER = 220_000;

/**
 * What changes at each moment after now; `at` gives what there is from a moment on, and for undefined what has no end at all. Where it takes too much room, those who would keep a
 * part lose all, which the mesh gives back as soon as it is there.
 */
export function endsOf(
  moments: readonly string[],
  now: LocalAccess,
  at: (moment: string | undefined) => LocalAccess,
): ShareEnd[] {
  const times = moments.map((moment) => Date.parse(moment)).filter((time) => !Number.isNaN(time));
  const sorted = [...new Set(times)].toSorted((a, b) => a - b).map((time) => new Date(time).toISOString());
  const named = sorted.slice(0, NAMED_ENDS);
  const ends: ShareEnd[] = [];
  let before = now;
  let room = Math.min(ROOM, ROOM_TOGETHER - JSON.stringify(now.grants).length);
  for (const [index, moment] of named.entries()) {
    const isLast = index === NAMED_ENDS - 1 && sorted.length > NAMED_ENDS;
    const after = at(isLast ? undefined : moment);
    const end = changeAt(moment, before, after);
    before = after;
    if (end === undefined) continue;
    const closed = { ...end, grants: [] };
    const fitting = [end, closed].find((candidate) => JSON.stringify(candidate).length <= room);
    if (fitting === undefined) return [...ends, { at: moment, grants: [] }];
    ends.push(fitting);
    room -= JSON.stringify(fitting).length;
  }
  return ends;
}

function changeAt(moment: string, before: LocalAccess, after: LocalAccess): ShareEnd | undefined {
  const [was, is] = [byPrincipal(before.grants), byPrincipal(after.grants)];
  const principals = [...new Set([...was.keys(), ...is.keys()])]
    .filter((principal) => JSON.stringify(was.get(principal)) !== JSON.stringify(is.get(principal)))
    .toSorted();
  if (principals.length === 0 && JSON.stringify(before.passesOn) === JSON.stringify(after.passesOn)) return undefined;
  return {
    at: moment,
    principals,
    grants: principals.flatMap((principal) => is.get(principal) ?? []),
    ...(after.passesOn === undefined ? {} : { passesOn: after.passesOn }),
  };
}

function byPrincipal(grants: readonly Grant[]): Map<string, Grant[]> {
  return Map.groupBy(normalizeGrants(grants), ({ principal }) => principal);
}

/**
 * The intent as it is wanted at a moment (ISO 8601): without what has ended by then, and with the ends that are still to come. An end gives nobody anything: what somebody is to have after it and
 * does not have in this form before has to wait for the next intent.
 */
export function intentAt(
  intent: ShareIntent,
  moment: string,
): { readonly intent: ShareIntent; readonly ended?: string } {
  const { ends = [], ...rest } = intent;
  const over = ends.filter(({ at }) => Date.parse(at) <= Date.parse(moment));
  const last = over.at(-1);
  if (last === undefined) return { intent };
  const open = ends.filter((end) => !over.includes(end));
  return { intent: { ...over.reduce(after, rest), ...(open.length === 0 ? {} : { ends: open }) }, ended: last.at };
}

/** The intent when the last of its ends has come: what is left has none. */
export function afterAllEnds(intent: ShareIntent): ShareIntent {
  const last = intent.ends?.at(-1);
  return last === undefined ? intent : intentAt(intent, last.at).intent;
}

function after({ passesOn, ...intent }: ShareIntent, end: ShareEnd): ShareIntent {
  const ends = ({ principal }: Grant) => end.principals === undefined || end.principals.includes(principal);
  const left = withoutWidening({ grants: end.grants, filters: [] }, { grants: intent.grants.filter(ends) });
  const goes = passesOn !== undefined && end.passesOn === undefined;
  const places = [placesOf(intent.grants), ...(passesOn === undefined ? [] : [passesOn])];
  return {
    ...intent,
    grants: normalizeGrants([...intent.grants.filter((grant) => !ends(grant)), ...left.grants]),
    ...(end.passesOn === undefined || passesOn === undefined ? {} : { passesOn: end.passesOn }),
    former: {
      ...intent.former,
      principals: union(intent.former?.principals, ...intent.grants.map(({ principal }) => [principal])),
      tables: union(intent.former?.tables, ...places.map(({ tables }) => tables)),
      filtered: union(intent.former?.filtered, ...places.map(({ filtered }) => filtered)),
      ...(goes ? { passedOn: true as const } : {}),
      // A list may not show yet what was granted a moment before its end.
      grants: normalizeGrants([...(intent.former?.grants ?? []), ...intent.grants.filter(ends)]),
    },
  };
}

/** The tables that grants stand on, other than the wildcard. */
export function placesOf(grants: readonly Grant[]): Places {
  const names = (kept: readonly Grant[]) =>
    union(
      kept.flatMap(({ resource }) => ('table' in resource && resource.table !== ALL_TABLES ? [resource.table] : [])),
    );
  return { tables: names(grants), filtered: names(grants.filter(({ resource }) => resource.kind === 'filter')) };
}

function union(...lists: readonly (readonly string[] | undefined)[]): string[] {
  return [...new Set(lists.flatMap((list) => list ?? []))].toSorted();
}
