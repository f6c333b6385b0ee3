import type { Partitions } from '#aws/glue-partitions.ts';
import type { VersionedBucket } from '#aws/s3-versions.ts';
import type { StoredPartition, StoredVersion } from '#mesh/retention/plan.ts';
import { type DisposalIntent, type DisposalRecord, identityOf, recordOf } from '#mesh/retention/record.ts';

export interface CarryOutDeps {
  readonly partitions: Partitions;
  readonly objects: Pick<VersionedBucket, 'versions' | 'remove'>;
  now(): Date;
}

/** Thrown between two calls when somebody has placed a hold. */
export class Held extends Error {
  readonly holds: readonly string[];

  constructor(holds: readonly string[]) {
    super(`held by ${holds.join(', ')}`);
    this.holds = holds;
  }
}

/**
 * Removes what an intent names: partitions first, so that no query looks for files that are going; then old versions of objects before the newest, and
 * marks of deletion last, so that nothing comes back in between. `mayGoOn` is asked before each call and throws `Held`. Answers why it ended early: a `Held`, or what AWS refused.
 */
export async function remove(
  intent: DisposalIntent,
  mayGoOn: () => Promise<void>,
  deps: CarryOutDeps,
): Promise<Error | undefined> {
  const { catalog, partitions, objects } = intent;
  const refusals: string[] = [];
  try {
    if (catalog !== undefined && partitions.length > 0) {
      const outcome = await deps.partitions.remove(catalog, partitions, mayGoOn);
      refusals.push(
        ...[...outcome.failed, ...outcome.unclear].map(({ symptom }) => `${symptom.name}: ${symptom.message}`),
      );
    }
    for (const phase of phasesOf(objects)) {
      if (refusals.length > 0) break;
      const outcome = await deps.objects.remove(phase, mayGoOn);
      refusals.push(
        ...[...outcome.failed, ...outcome.unclear].map(({ symptom }) => `${symptom.name}: ${symptom.message}`),
      );
    }
  } catch (error) {
    if (!(error instanceof Held)) throw error;
    return error;
  }
  return refusals[0] === undefined ? undefined : new Error(refusals[0]);
}

function phasesOf(objects: readonly StoredVersion[]): StoredVersion[][] {
  const data = objects.filter(({ marker }) => !marker);
  return [
    data.filter(({ latest }) => !latest),
    data.filter(({ latest }) => latest),
    objects.filter(({ marker }) => marker),
  ].filter((phase) => phase.length > 0);
}

/** Looks at what is left of an intent, and says what of it is gone. */
export async function readBack(
  intent: DisposalIntent,
  reason: string | undefined,
  deps: CarryOutDeps,
): Promise<DisposalRecord> {
  const partitions = await partitionsLeft(intent, deps);
  const objects = await objectsLeft(intent, deps);
  return recordOf(
    intent,
    { partitions, objects, ...(reason === undefined ? {} : { reason }) },
    deps.now().toISOString(),
  );
}

async function partitionsLeft({ catalog, partitions }: DisposalIntent, deps: CarryOutDeps): Promise<StoredPartition[]> {
  if (catalog === undefined || partitions.length === 0) return [];
  const there = new Set((await deps.partitions.list(catalog)).map(({ values }) => JSON.stringify(values)));
  return partitions.filter(({ values }) => there.has(JSON.stringify(values)));
}

async function objectsLeft({ objects }: DisposalIntent, deps: CarryOutDeps): Promise<StoredVersion[]> {
  const left: StoredVersion[] = [];
  const folderOf = ({ bucket, key }: StoredVersion) => JSON.stringify([bucket, key.slice(0, key.lastIndexOf('/') + 1)]);
  for (const [folder, own] of Map.groupBy(objects, folderOf)) {
    const [bucket, prefix] = JSON.parse(folder) as [string, string];
    const there = new Set((await deps.objects.versions(bucket, prefix)).map(identityOf));
    left.push(...own.filter((version) => there.has(identityOf(version))));
  }
  return left;
}
