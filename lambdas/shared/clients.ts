import { randomBytes } from 'node:crypto';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createJsonCall } from '#aws/json-call.ts';
import type { Registry } from '#aws/registry.ts';
import { realPatience } from '#aws/retry.ts';
import type { Way } from '#aws/signed-request.ts';
import { createTopologyReader } from '#aws/ssm.ts';
import { withStops } from '#mesh/subscription/stop.ts';
import type { Topology } from '#mesh/topology/topology.ts';

/** One pool of connections for every client of a Lambda, kept between invocations. */
const requestHandler = new NodeHttpHandler({ connectionTimeout: 3_000, requestTimeout: 20_000 });

/** What every SDK client is made with: the SDK's standard retry below, the mesh's own by class above. */
export const clientConfig = { requestHandler, maxAttempts: 3, retryMode: 'standard' };

/** For a service whose rate the mesh finds out itself: a try that the SDK makes unseen would hide a throttle. */
export const pacedConfig = { ...clientConfig, maxAttempts: 1 };

/** As the first; the queue's URL only names the queue, for where requests go is the environment's word. */
export const queueConfig = { ...clientConfig, useQueueUrlAsEndpoint: false };

export const patience = realPatience;

export const now = (): Date => new Date();

/** Ten random lower-case letters and digits. */
export function random(): string {
  return BigInt(`0x${randomBytes(8).toString('hex')}`)
    .toString(36)
    .padStart(13, '0')
    .slice(-10);
}

/** The way to a service without a generated client, with the keys that Lambda put into the environment. */
export function wayTo(service: string, region: string): Way {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = process.env;
  const keys = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  const credentials = AWS_SESSION_TOKEN === undefined ? keys : { ...keys, sessionToken: AWS_SESSION_TOKEN };
  const endpoint = process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? process.env.AWS_ENDPOINT_URL;
  return { region, credentials, endpoint, requestHandler };
}

/** A reader of the topology that lives as long as the Lambda's environment. */
export function topologyReader({ mesh, region }: { mesh: string; region: string }): () => Promise<Topology> {
  return createTopologyReader(createJsonCall('ssm', 'AmazonSSM', wayTo('ssm', region), patience), mesh, Date.now);
}

/** The topology with the domains that are suspended as a whole at the moment of asking: that is never kept. */
export function topologyNow(
  topology: () => Promise<Topology>,
  registry: Pick<Registry, 'domains'>,
): () => Promise<Topology> {
  return async () => {
    const [known, domains] = await Promise.all([topology(), registry.domains()]);
    return withStops(known, domains);
  };
}
