import type { ProductRecord } from '../product/product.ts';
import { type ConditionType, condition } from '../record.ts';
import type { Derived } from './derive-life.ts';
import type { MeshEventType } from './envelope.ts';

/** Only a condition that was lost can be found again: the first good word is no news. */
export function turned(
  before: ProductRecord,
  after: ProductRecord,
  type: ConditionType,
  names: { readonly lost: MeshEventType; readonly found: MeshEventType },
  audience: readonly string[],
): Derived[] {
  const was = condition(before, type);
  const is = condition(after, type);
  if (is?.status === 'false' && was?.status !== 'false') {
    return [{ type: names.lost, audience, data: { reason: is.message ?? is.reason } }];
  }
  return is?.status === 'true' && was?.status === 'false' ? [{ type: names.found, audience }] : [];
}
