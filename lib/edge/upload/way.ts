import { readFileSync } from 'node:fs';
import { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Way } from '#aws/signed-request.ts';

const CONNECT_MILLISECONDS = 5_000;
const ANSWER_MILLISECONDS = 30_000;

/** How the agent reaches AWS: over TLS 1.2 or newer, to a server whose certificate an authority of the machine, or of that file, signed. */
export function wayOut(ca: string | undefined): Way['requestHandler'] & { destroy(): void } {
  const httpsAgent = new HttpsAgent({
    keepAlive: true,
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
  });
  return new NodeHttpHandler({
    httpsAgent,
    connectionTimeout: CONNECT_MILLISECONDS,
    requestTimeout: ANSWER_MILLISECONDS,
    throwOnRequestTimeout: true,
  });
}
