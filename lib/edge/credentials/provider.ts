import type { Way } from '#aws/signed-request.ts';
import type { EdgeConfig } from '../config/config.ts';
import { createSession } from './roles-anywhere.ts';

export interface SessionKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Epoch milliseconds; absent for keys that last. */
  readonly expires?: number;
}

/** A session is renewed when so much of it is left, in milliseconds. */
const EARLY = 5 * 60_000;

export interface Keyring {
  get(): Promise<SessionKeys>;
  /** AWS does not take them any more: the next ones are new. */
  forget(): void;
}

/** Keys for the agent's requests, renewed before they expire. */
export function keyringOf(config: EdgeConfig, send: Way['requestHandler'], now: () => number): Keyring {
  let current: SessionKeys | undefined;
  return {
    async get() {
      if (current !== undefined && (current.expires ?? Number.POSITIVE_INFINITY) - now() > EARLY) return current;
      current =
        config.credentials.kind === 'environment'
          ? await environmentKeys(config.region)
          : await createSession(config.credentials, config.region, send, now());
      return current;
    },
    forget() {
      current = undefined;
    },
  };
}

/** What the SDK finds by itself: variables, profiles, the metadata of the machine. Loaded here, because few sites need it. */
async function environmentKeys(region: string): Promise<SessionKeys> {
  const { STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient({ region });
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = await client.config.credentials();
  client.destroy();
  return {
    accessKeyId,
    secretAccessKey,
    sessionToken,
    ...(expiration === undefined ? {} : { expires: expiration.getTime() }),
  };
}
