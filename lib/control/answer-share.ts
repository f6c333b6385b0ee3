import type { AppliedGenerations } from '#aws/applied-generations.ts';
import type { EndTimers } from '#aws/end-timers.ts';
import type { Bus } from '#aws/eventbridge.ts';
import { afterAllEnds, intentAt } from '#mesh/access/ends.ts';
import { domainEvent, type MeshEvent } from '#mesh/event/envelope.ts';
import type { ShareReported } from '#mesh/event/report.ts';
import type { ShareReport } from '#mesh/subscription/subscription.ts';
import { domainSource } from '#mesh/topology/names.ts';
import { VERSION } from '#mesh/version.ts';
import { clearTimer, setTimer } from './end-timer.ts';
import { type ShareDeps, type ShareRequest, share } from './share.ts';

export interface AnswerDeps extends ShareDeps {
  readonly bus: Bus;
  readonly domain: string;
  readonly generations: AppliedGenerations;
  readonly timers: EndTimers;
}

/**
 * The agent's whole step: applies the intent of a `ShareRequested` and reports on the domain's bus; undefined when it is meant for another domain. An
 * intent that comes after a newer one is not applied, whatever made it late: what the newer one took away must not come back.
 */
export async function answerShare(event: MeshEvent, deps: AnswerDeps): Promise<ShareReported | undefined> {
  const { intent, generation = 0 } = event.data;
  if (event.type !== 'ShareRequested' || intent === undefined || intent.consumer !== deps.domain) return undefined;
  const last = await deps.generations.last(intent.linkName);
  const late = last !== undefined && generation < last;
  const report = late
    ? overtaken(generation, last, deps)
    : await apply(event, { ...event.data, intent, generation, last }, deps);
  const { domain, product, major, consumer } = intent;
  const answer: ShareReported = {
    type: report.ok ? 'ShareApplied' : 'ShareFailed',
    id: `${event.id}:${consumer}`,
    time: report.at,
    from: deps.domain,
    domain,
    product,
    major,
    consumer,
    report: { ...report, weft: VERSION },
  };
  const outcome = await deps.bus.put([
    { source: domainSource(deps.domain), type: answer.type, detail: domainEvent(answer) },
  ]);
  const lost = [...outcome.failed, ...outcome.unclear][0];
  if (lost !== undefined) throw new Error(`the report was not taken: ${lost.symptom.name}: ${lost.symptom.message}`);
  return answer;
}

/**
 * Applies an intent as it is wanted by the account's own clock, whoever asks for it and whenever: what has ended is taken away, and never comes back by an intent that names its end. The timer of the
 * next end stands before anything is granted; where it cannot be set, what has an end is not given. It stands before the generation is remembered, too: that makes the timer of before late.
 */
async function apply(
  event: MeshEvent,
  { last, ...request }: ShareRequest & { readonly last: number | undefined },
  deps: AnswerDeps,
): Promise<ShareReport> {
  const now = deps.now();
  const { due } = event.data;
  // The timer knows that its time has come, wherever this clock is.
  const moment = due !== undefined && Date.parse(due) > now.getTime() ? due : now.toISOString();
  const { intent, ended } = intentAt(request.intent, moment);
  // Remembered before anything is applied: when this run dies half way, nothing older may come between it and its repetition.
  const remember = async () => {
    if (request.generation !== last) await deps.generations.keep(intent.linkName, request.generation);
  };
  const untimed = await setTimer({ intent, event, now }, deps.timers).catch(async (error: unknown) => {
    // It comes again; what this intent takes away goes now all the same.
    await remember();
    if (request.look === undefined) await share({ ...request, intent: afterAllEnds(intent) }, deps);
    throw error;
  });
  await remember();
  const wanted = untimed === undefined ? intent : afterAllEnds(intent);
  const report = await share({ ...request, intent: wanted, before: request.intent }, deps);
  // Where no intent has ever been taken up, there is no timer to take away.
  if (intent.ends === undefined && last !== undefined) await clearTimer(intent, deps.timers);
  const told = ended === undefined ? report : { ...report, ended };
  if (untimed === undefined) return told;
  return { ...told, ok: false, error: told.error === undefined ? untimed : `${untimed}; ${told.error}` };
}

function overtaken(generation: number, last: number, deps: AnswerDeps): ShareReport {
  const error = `generation ${generation} came after generation ${last}, which was applied`;
  const at = deps.now().toISOString();
  return { generation, ok: false, at, error, linkExists: false, readBack: [], overtakenBy: last };
}

/** The newest intent for each product version in a batch, with every message that it stands for: an older one must not come after it. */
export function latestIntents<T>(
  records: readonly T[],
  read: (record: T) => MeshEvent,
): { readonly work: MeshEvent; readonly records: readonly T[] }[] {
  const groups = Map.groupBy(
    records.map((record) => ({ record, event: read(record) })),
    ({ event: { data, subject } }) => `${subject}#${data.major}#${data.consumer}`,
  );
  return [...groups.values()].map((entries) => {
    const [newest] = entries
      .map(({ event }) => event)
      .toSorted((a, b) => generationOf(b) - generationOf(a) || dueOf(b) - dueOf(a));
    return { work: newest as MeshEvent, records: entries.map(({ record }) => record) };
  });
}

function generationOf({ data }: MeshEvent): number {
  return data.generation ?? 0;
}

/** Of two that ask for the same intent the one that knows of an end says more. */
function dueOf({ data }: MeshEvent): number {
  return data.due === undefined ? 0 : Date.parse(data.due);
}
