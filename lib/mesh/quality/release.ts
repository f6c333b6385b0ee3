import { type AnnouncedQuality, announced, type DeliveryStatus, type WaitingDelivery } from '../product/delivery.ts';
import type { ProductRecord } from '../product/product.ts';
import { type Condition, condition, withCondition } from '../record.ts';
import { holdBackModeOf } from '../topology/rules.ts';
import type { Topology } from '../topology/topology.ts';
import { brokenRules, faultOf } from './conditions.ts';
import { isUnknown } from './status.ts';

/** A measurement that does not come within that time, in milliseconds, is waited for no longer. */
const PATIENCE = 3_600_000;

/** What keeps consumers from data that breaks a rule, or undefined when nothing does: the product's own word, else the mesh's. */
function holdBackOf({ holdBack }: Pick<ProductRecord, 'holdBack'>, topology: Topology): string | undefined {
  if (holdBack !== undefined) return holdBack ? 'weft.holdBack' : undefined;
  return holdBackModeOf(topology) === 'errors' ? 'governance.holdBack' : undefined;
}

/** The deliveries that a measurement covers: those of its run, and those that were there before it began. */
function isCovered(
  { table, run, at }: WaitingDelivery,
  tables: ReadonlySet<string>,
  measured: { readonly at: string; readonly run?: string },
): boolean {
  return tables.has(table) && (run === measured.run || at <= measured.at);
}

/** The version with what was measured of its data told to consumers, or held back, as its rules turned out; `product` has the new results already. */
export function afterMeasurement(
  product: ProductRecord,
  tables: ReadonlySet<string>,
  measured: { readonly at: string; readonly run?: string },
  topology: Topology,
  now: Date,
): ProductRecord {
  const { deliveries } = product.status;
  const covered = (deliveries?.waiting ?? []).filter((one) => isCovered(one, tables, measured));
  if (deliveries === undefined || covered.length === 0) return product;
  const by = holdBackOf(product, topology);
  const broken = brokenRules(product.status.measured);
  const faultsOf = (name: string) => broken.filter(({ table }) => table === name);
  const held = by === undefined ? [] : covered.filter(({ table }) => faultsOf(table).length > 0);
  const free = covered.filter((one) => !held.includes(one));
  const told = announced(deliveries, free, qualityOf(product, new Set(free.map(({ table }) => table))), product.tables);
  const waiting = told.waiting?.map((one) => {
    if (!held.includes(one)) return one;
    const reason = `${faultsOf(one.table).slice(0, 5).map(faultOf).join('; ')} (${by})`;
    return { ...one, held: { at: one.held?.at ?? now.toISOString(), reason } };
  });
  return withDeliveries(product, { ...told, ...(waiting === undefined ? {} : { waiting }) }, now);
}

/** The version with those deliveries told to consumers, whatever was measured of them. */
export function released(
  product: ProductRecord,
  wanted: (delivery: WaitingDelivery) => boolean,
  quality: AnnouncedQuality,
  now: Date,
): ProductRecord {
  const { deliveries = {} } = product.status;
  const free = (deliveries.waiting ?? []).filter(wanted);
  return free.length === 0
    ? product
    : withDeliveries(product, announced(deliveries, free, quality, product.tables), now);
}

/** True for a delivery whose measurement should have come long ago. */
export function isOverdue({ since, held }: WaitingDelivery, now: Date): boolean {
  return held === undefined && now.getTime() - Date.parse(since) >= PATIENCE;
}

function qualityOf({ status }: ProductRecord, tables: ReadonlySet<string>): AnnouncedQuality {
  const own = (status.measured?.results ?? []).filter(
    ({ table, severity }) => tables.has(table) && severity === 'error',
  );
  if (brokenRules(status.measured).some(({ table }) => tables.has(table))) return 'failed';
  return own.some(isUnknown) ? 'not-measured' : 'passed';
}

/** The version with that status of its deliveries, and the condition that tells whether any of them is held back. */
export function withDeliveries(product: ProductRecord, deliveries: DeliveryStatus, now: Date): ProductRecord {
  const { status } = product;
  const known = announcedCondition(product, deliveries, now);
  const conditions = known === undefined ? status.conditions : withCondition(status.conditions, known);
  return { ...product, status: { ...status, deliveries, conditions } };
}

function announcedCondition(
  product: ProductRecord,
  { waiting = [] }: DeliveryStatus,
  now: Date,
): Condition | undefined {
  const held = waiting.filter((one) => one.held !== undefined);
  const [first] = held;
  const stamp = { type: 'Announced' as const, generation: product.generation, at: now.toISOString() };
  if (first?.held !== undefined) {
    const message = `${held.length} ${held.length === 1 ? 'delivery is' : 'deliveries are'} held back: ${first.held.reason}`;
    return { ...stamp, status: 'false', reason: 'HeldBack', message };
  }
  const was = condition(product, 'Announced');
  return was === undefined ? undefined : { ...stamp, status: 'true', reason: 'Announced' };
}
