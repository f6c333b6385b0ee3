import { type Patience, persist } from './retry.ts';
import { awsError, createSigned, type Way } from './signed-request.ts';

/** Calls one operation of one AWS service. */
export type JsonCall = (operation: string, input: object) => Promise<unknown>;

/** Calls in AWS's JSON protocol; `target` is the prefix of `X-Amz-Target`. */
export function createJsonCall(
  service: string,
  target: string,
  way: Way,
  patience: Patience,
  version: '1.0' | '1.1' = '1.1',
): JsonCall {
  const send = createSigned(service, way);
  const once = async (operation: string, input: object): Promise<unknown> => {
    const { status, text } = await send({
      method: 'POST',
      path: '/',
      headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': `${target}.${operation}` },
      body: JSON.stringify(input),
    });
    const answer = JSON.parse(text || '{}') as Record<string, unknown>;
    if (status < 300) return answer;
    const name = String(answer.__type ?? 'Unknown').replace(/^.*#/, '');
    throw awsError(name, String(answer.message ?? answer.Message ?? `status ${status}`), status);
  };
  return (operation, input) => persist(() => once(operation, input), patience);
}
