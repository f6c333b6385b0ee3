import type { Obstacle, RetentionStatus } from '../retention/status.ts';
import type { ProductRecord } from './product.ts';

/**
 * The product as subscribers are told of it: without the tables that only its views read, without why somebody holds its data, and without what strangers were
 * found to hold of it or changed by hand.
 */
export function published(product: ProductRecord): ProductRecord {
  const tables = product.tables.filter(({ internal }) => internal !== true);
  const { holds: _, ...rest } = withoutReason(product);
  return { ...rest, tables, status: withoutInside(rest, new Set(tables.map(({ name }) => name))) };
}

/** What was delivered and measured of tables that nobody sees, nobody hears of. */
function withoutInside({ status }: ProductRecord, open: ReadonlySet<string>): ProductRecord['status'] {
  const { drift: _, held: __, ...told } = status;
  const { deliveries, measured, delivered, retention } = told;
  const seen = <T extends { readonly table?: string }>(all: readonly T[] | undefined) =>
    all?.filter(({ table }) => table === undefined || open.has(table));
  const named = <T>(all: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(all).filter(([table]) => open.has(table)));
  return {
    ...told,
    ...(retention === undefined ? {} : { retention: retentionOutside(retention, open) }),
    ...(delivered === undefined ? {} : { delivered: named(delivered) }),
    ...(deliveries === undefined
      ? {}
      : { deliveries: { ...deliveries, newest: seen(deliveries.newest), waiting: seen(deliveries.waiting) } }),
    ...(measured === undefined
      ? {}
      : {
          measured: {
            ...measured,
            tables: named(measured.tables),
            results: seen(measured.results) ?? [],
            promises: seen(measured.promises) ?? [],
          },
        }),
  };
}

/** What goes and went of tables that anybody sees; holds are not told by name. */
function retentionOutside(status: RetentionStatus, open: ReadonlySet<string>): RetentionStatus {
  const { announced, disposed, disposedAt, obstacles } = status;
  const isOpen = ({ table }: { readonly table?: string }) => table === undefined || open.has(table);
  return {
    ...(announced === undefined ? {} : { announced: announced.filter(isOpen) }),
    ...(disposed === undefined ? {} : { disposed: disposed.filter(isOpen) }),
    ...(disposedAt === undefined
      ? {}
      : { disposedAt: Object.fromEntries(Object.entries(disposedAt).filter(([table]) => open.has(table))) }),
    ...(obstacles === undefined
      ? {}
      : { obstacles: obstacles.filter((one) => COPIES.has(one.table) || isOpen(one)).map(withoutHolds) }),
  };
}

/** What stands in the place of a table where copies are meant. */
const COPIES: ReadonlySet<string> = new Set(['exports', 'results']);

function withoutHolds(obstacle: Obstacle): Obstacle {
  return obstacle.kind === 'held' ? { ...obstacle, reasons: ['it is held'] } : obstacle;
}

/** Its last change may be the hold itself. */
function withoutReason(product: ProductRecord): ProductRecord {
  const { details: _, ...change } = product.change;
  return product.change.action.startsWith('LegalHold') ? { ...product, change } : product;
}
