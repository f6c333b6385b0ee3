import { type BreakerState, standingOf, type Ticket } from '#mesh/breaker.ts';
import { WeftError } from '#mesh/error.ts';
import { answered, sourcesIn, sourceToBlame } from '#mesh/pipeline/step-sources.ts';
import type { PipelineDeps } from './deps.ts';
import type { OpenRun, RunBook } from './run-record.ts';
import type { Work } from './run-step.ts';

/** What a run was put off with, for whoever gives it again. */
export const PUT_OFF = 'WEFT-PIPELINE-035';

/** Why and until when a run is put off. */
export interface PutOff {
  readonly source: string;
  /** Epoch milliseconds. */
  readonly until: number;
  /** When the run was first begun; ISO 8601. */
  readonly startedAt: string;
}

/**
 * Asks the breakers of what a step reads, before a statement is started, and writes into the run that it may.
 * @throws `WEFT-PIPELINE-035` with a `PutOff` when a source does not answer for some time already, and it is not this run's turn to try.
 */
export async function askSources(open: OpenRun, work: Work, book: RunBook, deps: PipelineDeps): Promise<OpenRun> {
  const { breakers } = deps;
  const sources = sourcesOf(work, deps);
  if (sources.length === 0 || breakers === undefined) return open;
  const now = deps.now().getTime();
  const known = await breakers.all();
  // Nothing is claimed of one source while another keeps the run waiting.
  for (const source of sources) {
    const state = known.get(source);
    if (state?.open !== undefined && standingOf(state, now) === 'open') {
      throw await putOff(open, source, state.open.probeAt, state, work, book, deps);
    }
  }
  const asked: Record<string, Ticket> = {};
  for (const source of sources) {
    const admission = await breakers.admit(source, open.record.run);
    if (admission.way === 'wait') throw await putOff(open, source, admission.until, admission, work, book, deps);
    asked[source] = admission.ticket;
  }
  return book.save(open, { asked, readAt: deps.now().toISOString(), putOffUntil: undefined });
}

/** Tells the breakers that a statement went through. */
export async function sourcesAnswered({ record }: OpenRun, { breakers }: PipelineDeps): Promise<void> {
  for (const [source, ticket] of Object.entries(record.asked ?? {})) await breakers?.succeeded(source, ticket);
}

/** Tells the breaker of the source that made a statement fail. A failure that shows that the source is there is as good as an answer; of any other nobody hears. */
export async function sourceFailed(open: OpenRun, reason: string, work: Work, deps: PipelineDeps): Promise<void> {
  const source = sourceToBlame(reason, deps.pipeline.domain, sourcesOf(work, deps));
  if (source === undefined) return answered(reason) ? sourcesAnswered(open, deps) : undefined;
  const ticket = open.record.asked?.[source] ?? { by: open.record.run };
  const state = await deps.breakers?.failed(source, ticket, reason);
  if (state?.open !== undefined) deps.tellOpen?.(source);
}

/** The sources that a step reads. */
export function sourcesOf({ sql }: Pick<Work, 'sql'>, { pipeline, sources = [] }: PipelineDeps): string[] {
  return sourcesIn(sql, pipeline.domain, sources);
}

async function putOff(
  open: OpenRun,
  source: string,
  until: number,
  { why, open: outage }: Pick<BreakerState, 'why' | 'open'>,
  { step }: Work,
  book: RunBook,
  deps: PipelineDeps,
): Promise<WeftError> {
  deps.tellOpen?.(source);
  const at = (time: number) => new Date(time).toISOString();
  const since = at(outage?.since ?? until);
  const message = `the step "${step.name}" is put off until ${at(until)}: the source "${source}" has not answered since ${since}: ${why}`;
  await book.save(open, { putOffUntil: at(until), error: message });
  const details: PutOff = { source, until, startedAt: open.record.startedAt };
  return new WeftError(PUT_OFF, message, {
    details: { ...details },
    hint: 'see that the database runs, that the network reaches it and that its user may sign in; the step runs once it answers',
  });
}
