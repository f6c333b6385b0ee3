import type { LakeFormationTags } from '#aws/lake-formation-tags.ts';
import type { EntitlementRecord } from '#mesh/entitlement/entitlement.ts';
import { compileTagGrants, diffTagGrants, type TagGrant, type TagGrantChange } from '#mesh/entitlement/tag-grants.ts';
import { tagKeys } from '#mesh/entitlement/tags.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { permanentOnly } from '../converge.ts';
import { ensureTags } from '../converge-tags.ts';

export interface TagAccess {
  readonly ok: boolean;
  readonly applied: readonly TagGrantChange[];
  readonly problems: readonly string[];
}

/** After that many rounds of look and apply, what still differs is reported. */
const ROUNDS = 3;

/** Makes the grants by LF-Tags in the governance account what the standing entitlements need, and reads back that they are. */
export async function convergeTagAccess(
  standing: readonly EntitlementRecord[],
  {
    tags,
    topology,
    leaving,
    ended,
  }: {
    readonly tags: LakeFormationTags;
    readonly topology: Topology;
    /** Those that are over and not read back as gone: what they gave is revoked once although a look, which can lag behind, does not show it. */
    readonly leaving: readonly EntitlementRecord[];
    /** Those that were read back as gone so lately that a look may still show what they gave: where that is desired again, it is granted whatever the look shows. */
    readonly ended: readonly EntitlementRecord[];
  },
): Promise<TagAccess> {
  const applied: TagGrantChange[] = [];
  const desired = compileTagGrants(standing, topology);
  const left = compileTagGrants(leaving, topology);
  const gone = [...left, ...compileTagGrants(ended, topology)];
  // The first look, without what it may show although it is gone, and with what it may leave out.
  const believed = (actual: readonly TagGrant[]) => [
    ...without(actual, common(desired, gone)),
    ...without(left, [...desired, ...actual]),
  ];
  let problems: string[] = [];
  try {
    if (desired.length > 0) await ensureTags(tags, topology);
    for (let round = 1; ; round += 1) {
      const actual = (await tags.grants()).filter((grant) => isManaged(grant, topology));
      const changes = diffTagGrants(desired, round > 1 ? actual : believed(actual));
      if (changes.length === 0) return { ok: true, applied, problems: [] };
      if (round > ROUNDS) {
        const open = changes.map(({ kind, grant }) => `${kind} by LF-Tags to ${grant.principal} is open`);
        return { ok: false, applied, problems: problems.length > 0 ? problems : open };
      }
      const outcome = await tags.apply(changes, topology.governanceAccount);
      applied.push(...outcome.done);
      problems = [...outcome.failed, ...outcome.unclear].map(
        ({ entry: { kind, grant }, symptom }) =>
          `${kind} by LF-Tags to ${grant.principal} was refused: ${symptom.name}: ${symptom.message}`,
      );
      if (outcome.failed.length > 0) round = ROUNDS;
    }
  } catch (error) {
    return { ok: false, applied, problems: [permanentOnly(error)] };
  }
}

function without(grants: readonly TagGrant[], others: readonly TagGrant[]): TagGrant[] {
  const places = new Set(others.map(placeOf));
  return grants.filter((grant) => !places.has(placeOf(grant)));
}

function common(grants: readonly TagGrant[], others: readonly TagGrant[]): TagGrant[] {
  const places = new Set(others.map(placeOf));
  return grants.filter((grant) => places.has(placeOf(grant)));
}

function placeOf({ principal, on, expression }: TagGrant): string {
  return JSON.stringify([principal, on, expression]);
}

/** A grant to others by the mesh's own LF-Tags and by nothing else; whatever else the account grants by LF-Tags is left alone. */
function isManaged({ principal, expression }: TagGrant, { mesh, governanceAccount }: Topology): boolean {
  const keys: readonly string[] = Object.values(tagKeys(mesh));
  const outside = !principal.includes(governanceAccount) || principal.startsWith('arn:aws:organizations:');
  return outside && expression.length > 0 && expression.every(({ key }) => keys.includes(key));
}
