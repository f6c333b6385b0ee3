import { ACCESS_RULES } from './access.ts';
import { ACCOUNT_RULES } from './accounts.ts';
import { BUCKET_RULES } from './buckets.ts';
import { CALL_RULES } from './calls.ts';
import { EVENT_RULES } from './events.ts';
import { KEY_RULES } from './keys.ts';
import { LAKE_RULES } from './lake.ts';
import { POLICY_RULES } from './policies.ts';
import { QUEUE_RULES } from './queues.ts';
import type { Place, Resources, Rule } from './rule.ts';
import { STORAGE_RULES } from './storage.ts';

/** The rules of the mesh by what they look after, in the order in which people read them. */
export const MESH_PACK: Readonly<Record<string, readonly Rule[]>> = {
  'Lake Formation and Glue': LAKE_RULES,
  'Athena and evidence': STORAGE_RULES,
  Buckets: BUCKET_RULES,
  'Keys and what is kept': KEY_RULES,
  'Roles and the API': ACCESS_RULES,
  'What roles may': POLICY_RULES,
  'Services and networks': CALL_RULES,
  'Buses and rules': EVENT_RULES,
  'Queues and alarms': QUEUE_RULES,
  'Accounts and names': ACCOUNT_RULES,
};

export const RULES: readonly Rule[] = Object.values(MESH_PACK).flat();

/** What a template breaks, as `<rule> <logical id>`. */
export function findingsOf(resources: Resources, place: Place): string[] {
  return RULES.flatMap((rule) => rule.check(resources, place).map((id) => `${rule.id} ${id}`));
}
