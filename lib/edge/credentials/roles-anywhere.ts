import { HttpRequest } from '@smithy/protocol-http';
import type { Way } from '#aws/signed-request.ts';
import { userError, WeftError } from '#mesh/error.ts';
import type { CredentialsConfig } from '../config/config.ts';
import { readDevice } from './device.ts';
import type { SessionKeys } from './provider.ts';
import { signX509 } from './sign.ts';

type Config = Extract<CredentialsConfig, { kind: 'roles-anywhere' }>;

interface Answer {
  readonly credentialSet?: readonly {
    readonly credentials?: {
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken: string;
      readonly expiration: string;
    };
  }[];
  readonly message?: string;
}

const PATH = '/sessions';

/**
 * Keys for a session of the role, for the signature of the device's key.
 * @throws WeftError `WEFT-EDGE-023` for a certificate that is of no use, `WEFT-EDGE-022` when IAM Roles Anywhere refuses it.
 */
export async function createSession(
  config: Config,
  region: string,
  send: Way['requestHandler'],
  now: number,
): Promise<SessionKeys> {
  const device = readDevice(config, now);
  const endpoint = new URL(config.endpoint ?? `https://rolesanywhere.${region}.amazonaws.com`);
  const { profile: profileArn, role: roleArn, trustAnchor: trustAnchorArn } = config;
  const body = JSON.stringify({ profileArn, roleArn, trustAnchorArn });
  const headers = signX509(device, { host: endpoint.host, path: PATH, body, region, now });
  const { response } = await send.handle(
    new HttpRequest({
      method: 'POST',
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      port: endpoint.port === '' ? undefined : Number(endpoint.port),
      path: PATH,
      headers,
      body,
    }),
  );
  const answer = await answerOf(response.body);
  const keys = answer.credentialSet?.[0]?.credentials;
  if (response.statusCode < 300 && keys !== undefined) {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = keys;
    return { accessKeyId, secretAccessKey, sessionToken, expires: Date.parse(expiration) };
  }
  const said = answer.message ?? `status ${response.statusCode}`;
  if (response.statusCode >= 500) throw new WeftError('WEFT-EDGE-025', `IAM Roles Anywhere failed: ${said}`);
  throw userError('WEFT-EDGE-022', `IAM Roles Anywhere refuses the device: ${said}`, {
    hint: 'compare the certificate with the trust anchor, the profile and the trust policy of the role',
  });
}

async function answerOf(body: unknown): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Answer;
  } catch {
    return {};
  }
}
