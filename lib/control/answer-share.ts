import type { Bus } from '#aws/eventbridge.ts';
import { domainEvent, type MeshEvent } from '#mesh/event/envelope.ts';
import type { ShareReported } from '#mesh/event/report.ts';
import { domainSource } from '#mesh/topology/names.ts';
import { type ShareDeps, share } from './share.ts';

export interface AnswerDeps extends ShareDeps {
  readonly bus: Bus;
  readonly domain: string;
}

/** The agent's whole step: applies the intent of a `ShareRequested` and reports on the domain's bus; undefined when it is meant for another domain. */
export async function answerShare(event: MeshEvent, deps: AnswerDeps): Promise<ShareReported | undefined> {
  const { intent, generation } = event.data;
  if (event.type !== 'ShareRequested' || intent === undefined || intent.consumer !== deps.domain) return undefined;
  const report = await share({ intent, generation: generation ?? 0 }, deps);
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
    report,
  };
  const outcome = await deps.bus.put([
    { source: domainSource(deps.domain), type: answer.type, detail: domainEvent(answer) },
  ]);
  const lost = [...outcome.failed, ...outcome.unclear][0];
  if (lost !== undefined) throw new Error(`the report was not taken: ${lost.symptom.name}: ${lost.symptom.message}`);
  return answer;
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
