import { isEqual } from '../equal.ts';
import type { ProductRecord } from '../product/product.ts';
import type { Derived } from './derive-life.ts';

/** What was announced to go, what went, what stays, and who holds it. Why somebody holds it is no consumer's business. */
export function ofRetention(before: ProductRecord, after: ProductRecord, everyone: readonly string[]): Derived[] {
  return [...ofAnnouncements(before, after, everyone), ...ofHolds(before, after, everyone)];
}

function ofAnnouncements(before: ProductRecord, after: ProductRecord, everyone: readonly string[]): Derived[] {
  const was = before.status.retention ?? {};
  const is = after.status.retention ?? {};
  const announced = (is.announced ?? []).filter((one) => was.announced?.some((other) => isEqual(other, one)) !== true);
  const disposed = (is.disposed ?? []).filter(({ id }) => was.disposed?.some((other) => other.id === id) !== true);
  const obstacles = (is.obstacles ?? []).filter((one) => was.obstacles?.some((other) => isEqual(other, one)) !== true);
  return [
    ...announced.map(
      ({ table, upTo, goesAt, objects, bytes }): Derived => ({
        type: 'DisposalAnnounced',
        audience: everyone,
        data: { disposal: { table, upTo, goesAt, objects, bytes } },
      }),
    ),
    ...disposed.map(
      ({ id, table, what, upTo, objects, bytes, digest, by }): Derived => ({
        type: 'DataDisposed',
        audience: [...everyone, by],
        data: { disposal: { table: table ?? what, upTo, objects, bytes, record: id, digest, by } },
      }),
    ),
    ...obstacles.map(
      ({ table, kind, reasons, by }): Derived => ({
        type: 'DisposalBlocked',
        audience: [after.domain, by],
        data: { disposal: { table, kind, by }, reasons },
      }),
    ),
  ];
}

function ofHolds(before: ProductRecord, after: ProductRecord, everyone: readonly string[]): Derived[] {
  const ids = ({ holds = [] }: ProductRecord) => holds.map(({ id }) => id);
  const placed = ids(after).filter((id) => !ids(before).includes(id));
  const released = ids(before).filter((id) => !ids(after).includes(id));
  return [
    ...(placed.length === 0
      ? []
      : [{ type: 'LegalHoldPlaced', audience: everyone, data: { holds: placed } } satisfies Derived]),
    ...(released.length === 0
      ? []
      : [{ type: 'LegalHoldReleased', audience: everyone, data: { holds: released } } satisfies Derived]),
  ];
}
