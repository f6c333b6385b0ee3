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
