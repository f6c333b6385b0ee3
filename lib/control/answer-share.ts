import type { AppliedGenerations } from '#aws/applied-generations.ts';
import type { Bus } from '#aws/eventbridge.ts';
import { domainEvent, type MeshEvent } from '#mesh/event/envelope.ts';
import type { ShareReported } from '#mesh/event/report.ts';
import type { ShareReport } from '#mesh/subscription/subscription.ts';
import { domainSource } from '#mesh/topology/names.ts';
import { VERSION } from '#mesh/version.ts';
import { type ShareDeps, share } from './share.ts';

export interface AnswerDeps extends ShareDeps {
  readonly bus: Bus;
  readonly domain: string;
  readonly generations: AppliedGenerations;
}

/**
 * The agent's whole step: applies the intent of a `ShareRequested` and reports on the domain's bus; undefined when it is meant for another domain. An
 * intent that comes after a newer one is not applied, whatever made it late: what the newer one took away must not come back.
 */
export async function answerShare(event: MeshEvent, deps: AnswerDeps): Promise<ShareReported | undefined> {
  const { intent, generation = 0, look } = event.data;
  if (event.type !== 'ShareRequested' || intent === undefined || intent.consumer !== deps.domain) return undefined;
  const last = await deps.generations.last(intent.linkName);
  const late = last !== undefined && generation < last;
  // Remembered before it is applied: when this run dies half way, nothing older may come between it and its repetition.
  if (!late && generation !== last) await deps.generations.keep(intent.linkName, generation);
  const report = late ? overtaken(generation, last, deps) : await share({ intent, generation, look }, deps);
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
    const [newest] = entries.map(({ event }) => event).toSorted((a, b) => generationOf(b) - generationOf(a));
    return { work: newest as MeshEvent, records: entries.map(({ record }) => record) };
  });
}

function generationOf({ data }: MeshEvent): number {
  return data.generation ?? 0;
}
