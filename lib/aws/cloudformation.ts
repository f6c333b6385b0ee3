import { type Patience, persist } from './retry.ts';
import { awsError, createSigned, type Way } from './signed-request.ts';

/** A stack of an account, as `ListStacks` tells it. */
export interface StackSummary {
  readonly name: string;
  /** E.g. `UPDATE_COMPLETE`. */
  readonly status: string;
}

/** Every stack of the account and region that is not deleted. */
export async function listStacks(way: Way, patience: Patience): Promise<StackSummary[]> {
  const send = createSigned('cloudformation', way);
  const found: StackSummary[] = [];
  let next: string | undefined;
  do {
    const form = new URLSearchParams({ Action: 'ListStacks', Version: '2010-05-15' });
    if (next !== undefined) form.set('NextToken', next);
    const text = await persist(async () => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await send({ method: 'POST', path: '/', headers, body: form.toString() });
      if (answer.status < 300) return answer.text;
      throw awsError(element(answer.text, 'Code') ?? 'Unknown', element(answer.text, 'Message') ?? '', answer.status);
    }, patience);
    // A summary of this answer holds elements only, and none of these names twice.
    for (const [, summary = ''] of text.matchAll(/<member>(.*?)<\/member>/gs)) {
      const name = element(summary, 'StackName');
      const status = element(summary, 'StackStatus');
      if (name !== undefined && status !== undefined && status !== 'DELETE_COMPLETE') found.push({ name, status });
    }
    next = element(text, 'NextToken');
  } while (next !== undefined && next !== '');
  return found;
}

function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}
