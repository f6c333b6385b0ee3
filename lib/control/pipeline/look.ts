import { writerOf } from '#mesh/pipeline/pipeline.ts';
import { freshnessPromise } from '#mesh/product/freshness.ts';
import type { PipelineDeps } from './deps.ts';
import { ensureTable } from './own-table.ts';
import { type Delivery, deliveryKey, reportTables } from './report-run.ts';
import { workOf } from './run-step.ts';

/** How old the newest data of a table is, beside what its contract promises. */
export interface TableAge {
  readonly product: string;
  readonly table: string;
  /** Seconds past the promise; 0 while it is kept. Absent where nothing is promised. */
  readonly late?: number;
}

/** Looks at each table that the pipeline writes: makes it where there is none yet, and tells how late its data is. */
export async function lookAtTables(deps: PipelineDeps): Promise<TableAge[]> {
  const ages: TableAge[] = [];
  const seen = new Set<string>();
  for (const step of deps.pipeline.steps) {
    const writer = writerOf(step);
    if (seen.has(writer)) continue;
    seen.add(writer);
    const work = workOf(step.name, deps);
    await ensureTable(work, deps);
    const promise = freshnessPromise(work.product.sla);
    const about = { product: step.product, table: step.table };
    if (promise === undefined) {
      ages.push(about);
      continue;
    }
    const age = deps.now().getTime() - Date.parse((await newest(writer, deps)).at);
    ages.push({ ...about, late: Math.max(0, Math.round((age - promise.age) / 1000)) });
  }
  // A word of where a table moved to that was lost, or came after a newer one, is mended so.
  const moving = deps.pipeline.steps.filter(({ write }) => write === 'replace').map(({ product }) => product);
  for (const product of new Set(moving)) await reportTables(product, deps);
  return ages;
}

/** The newest delivery; what never was delivered is as old as the first look. */
async function newest(writer: string, { landing, now }: PipelineDeps): Promise<Delivery> {
  const key = deliveryKey(writer);
  const found = await landing.get(key);
  if (found !== undefined) return JSON.parse(new TextDecoder().decode(found.body)) as Delivery;
  const none: Delivery = { at: now().toISOString(), none: true };
  await landing.replace(key, `${JSON.stringify(none)}\n`, undefined);
  return none;
}
