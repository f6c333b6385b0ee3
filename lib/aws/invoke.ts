import { type Patience, persist } from './retry.ts';
import { awsError, createSigned, type Way } from './signed-request.ts';

/** Starts a function with an event and does not wait for it; the function's ARN names the account's. */
export type Invoke = (functionArn: string, payload: string) => Promise<void>;

export function createInvoke(way: Way, patience: Patience): Invoke {
  const send = createSigned('lambda', way);
  const once = async (functionArn: string, body: string): Promise<void> => {
    const { status, text } = await send({
      method: 'POST',
      path: `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`,
      headers: { 'content-type': 'application/json', 'x-amz-invocation-type': 'Event' },
      body,
    });
    if (status >= 300) throw awsError('InvokeFailed', text.slice(0, 500) || `status ${status}`, status);
  };
  return (functionArn, payload) => persist(() => once(functionArn, payload), patience);
}
