import type { Refused } from '#aws/batch.ts';
import type { LakeFormation } from '#aws/lake-formation.ts';
import { classify, symptomOf } from '#aws/retry.ts';
import type { CellsFilter, Grant } from '#mesh/access/grant.ts';
import { WeftError } from '#mesh/error.ts';
import { diffFilters } from '#mesh/plan/filters.ts';
import { diffGrants, type GrantChange, unseenRevokes } from '#mesh/plan/grants.ts';
import { EVERYBODY } from './managed.ts';

/** What is, as AWS says it: grants that the mesh answers for, and filters. */
export interface ActualAccess {
  readonly grants: readonly Grant[];
  readonly filters: readonly CellsFilter[];
}

export interface Converged {
  /** True when the last look found exactly what is desired. */
  readonly ok: boolean;
  readonly applied: readonly GrantChange[];
  /** What the last look found. */
  readonly readBack: readonly Grant[];
  /** The filters that it found; absent when there was no look, so that `readBack` tells nothing. */
  readonly filters?: readonly CellsFilter[];
  /** Why it is not as desired. */
  readonly problems: readonly string[];
}

/** After that many rounds of plan, apply and read back, what still differs is reported. */
const ROUNDS = 3;

/** For how long a list of permissions may be one of before a change, clocks that differ included, in milliseconds. */
export const LISTS_LAG = 10 * 60_000;

/**
 * Makes grants and filters equal to the desired ones: widened filters and grants first, revokes next, filters that go last, then a look at
 * what is. Each look is the next round's observation; `assumed` stands for the first one where nothing can be there yet.
 */
export async function convergeAccess(
  desired: ActualAccess,
  context: {
    readonly lakeFormation: Pick<LakeFormation, 'apply' | 'applyFilter'>;
    /** Looks at what is; only a part of it when the other is known, as it was left alone. */
    readonly observe: (known?: Partial<ActualAccess>) => Promise<ActualAccess>;
    readonly assumed?: ActualAccess;
    /** What the caller has just seen itself. */
    readonly seen?: ActualAccess;
    /** What was granted lately and may be there although a look, which can lag behind, does not show it: it is revoked once, unseen. */
    readonly suspected?: readonly Grant[];
    /** True for a filter that must not go yet. */
    readonly keep?: (filter: CellsFilter) => boolean;
  },
): Promise<Converged> {
  const applied: GrantChange[] = [];
  let actual = context.assumed ?? context.seen ?? (await context.observe());
  let observed = context.assumed === undefined;
  let problems: string[] = [];
  for (let round = 1; ; round += 1) {
    const filters = diffFilters(desired.filters, actual.filters).filter(
      ({ kind, filter }) => kind !== 'deleteFilter' || context.keep?.(filter) !== true,
    );
    const unseen = round === 1 ? unseenRevokes(desired.grants, actual.grants, context.suspected ?? []) : [];
    const changes = everybodyFirst([...diffGrants(desired.grants, actual.grants), ...unseen]);
    const done = filters.length === 0 && changes.length === 0;
    if (done && observed) return { ok: true, applied, readBack: actual.grants, filters: actual.filters, problems: [] };
    if (round > ROUNDS) {
      const rest = changes.map(
        ({ kind, grant }) => `${kind} of ${grant.permissions.join(', ')} to ${grant.principal} is open`,
      );
      const { grants: readBack, filters: there } = actual;
      return { ok: false, applied, readBack, filters: there, problems: problems.length > 0 ? problems : rest };
    }
    problems = [];
    for (const change of filters.filter(({ kind }) => kind !== 'deleteFilter')) {
      await attempt(() => context.lakeFormation.applyFilter(change), problems);
    }
    const outcome = await context.lakeFormation.apply(changes);
    applied.push(...outcome.done);
    problems.push(...[...outcome.failed, ...outcome.unclear].map(describe));
    for (const change of filters.filter(({ kind }) => kind === 'deleteFilter')) {
      await attempt(() => context.lakeFormation.applyFilter(change), problems);
    }
    const untouched = observed && changes.length === 0 ? { grants: actual.grants } : {};
    actual = await context.observe(observed && filters.length === 0 ? { filters: actual.filters } : untouched);
    // A refusal that no repetition cures ends the rounds, unless the plan was made without a look; the one above has the last word.
    if (outcome.failed.length > 0 && observed) round = ROUNDS;
    observed = true;
  }
}

/** Before IAM_ALLOWED_PRINCIPALS is gone, no grant across accounts is accepted. */
function everybodyFirst(changes: readonly GrantChange[]): GrantChange[] {
  const isEverybody = ({ kind, grant }: GrantChange) => kind === 'revoke' && grant.principal === EVERYBODY;
  return [...changes.filter(isEverybody), ...changes.filter((change) => !isEverybody(change))];
}

async function attempt(work: () => Promise<void>, problems: string[]): Promise<void> {
  try {
    await work();
  } catch (error) {
    const symptom = symptomOf(error);
    if (classify(symptom) === 'retry') throw error;
    problems.push(`${symptom.name}: ${symptom.message}`);
  }
}

function describe({ entry: { kind, grant }, symptom }: Refused<GrantChange>): string {
  return `${kind} of ${grant.permissions.join(', ')} to ${grant.principal} was refused: ${symptom.name}: ${symptom.message}`;
}

/** @throws the error again, when repeating the work later may help. */
export function permanentOnly(error: unknown): string {
  const symptom = symptomOf(error);
  if (error instanceof WeftError || classify(symptom) === 'retry' || !('$metadata' in Object(error))) throw error;
  return `${symptom.name}: ${symptom.message}`;
}
