import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createJsonCall, type JsonCall } from '#aws/json-call.ts';
import { realPatience } from '#aws/retry.ts';
import type { Way } from '#aws/signed-request.ts';

/** A client of a service whose generated one the project does not depend on, made as the SDK's are. */
export interface JsonClient {
  readonly send: JsonCall;
}

/** @param target the prefix of `X-Amz-Target` */
export function jsonClient(service: string, target: string): new (config: never) => JsonClient {
  return class {
    readonly send: JsonCall;

    constructor(config: Omit<Way, 'requestHandler'> & Partial<Pick<Way, 'requestHandler'>>) {
      const way = { requestHandler: new NodeHttpHandler(), ...config };
      this.send = createJsonCall(service, target, way as Way, { ...realPatience, attempts: 1 });
    }
  };
}
