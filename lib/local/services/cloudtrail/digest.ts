import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Store } from '../../core/store.ts';
import { isoSeconds } from './record.ts';

const KEYS = 'cloudtrail/keys';
const CHAINS = 'cloudtrail/chains';
const DELIVERED = 'cloudtrail/delivered';
const HOUR = 3_600_000;

/** What is idle for longer is told in one digest, so that a clock that is moved by months does not make thousands. */
const LONGEST_IDLE = 24 * HOUR;

/** A pair of keys with which digests of a region are signed. */
export interface DigestKey {
  /** DER of PKCS #1, base64. */
  readonly value: string;
  readonly fingerprint: string;
  /** PEM. */
  readonly secret: string;
}

/** Where the digests of one account and region of a trail have come to. */
interface Chain {
  readonly account: string;
  readonly region: string;
  /** Epoch milliseconds up to which digests tell. */
  readonly end: number;
  readonly last?: { readonly object: string; readonly hash: string; readonly signature: string };
}

/** A log file that no digest tells of yet. */
interface Delivered {
  readonly bucket: string;
  readonly key: string;
  readonly hash: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly oldest: string;
  readonly newest: string;
}

/** A digest to be written, and what is to be remembered once it is. */
export interface DueDigest {
  readonly account: string;
  readonly region: string;
  readonly end: number;
  body(bucket: string, key: string): { readonly bytes: Uint8Array; readonly signature: string; written(): void };
}

/** The digests of log files: what was delivered in each hour, signed, each with the signature of the one before. */
export class Digests {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The keys that signed something; one is made for a region when it is first needed. */
  key(region: string): DigestKey {
    const known = this.#store.get<DigestKey>(KEYS, region);
    if (known !== undefined) return known;
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const der = pair.publicKey.export({ format: 'der', type: 'pkcs1' });
    const key: DigestKey = {
      value: der.toString('base64'),
      fingerprint: createHash('md5').update(der).digest('hex'),
      secret: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    };
    this.#store.put(KEYS, region, key);
    return key;
  }

  keys(region: string): DigestKey[] {
    const key = this.#store.get<DigestKey>(KEYS, region);
    return key === undefined ? [] : [key];
  }

  /** Remembers a log file for the next digest. */
  delivered(trail: string, place: { account: string; region: string; since: number }, file: Delivered): void {
    const { account, region, since } = place;
    const chain = `${trail} ${account} ${region}`;
    if (this.#store.get(CHAINS, chain) === undefined) {
      this.#store.put(CHAINS, chain, { account, region, end: since } satisfies Chain);
    }
    this.#store.put(DELIVERED, `${chain} ${file.key}`, file);
  }

  /** When the next digest of a trail is due; undefined while it has delivered nothing. */
  nextDue(trail: string): number | undefined {
    const ends = this.#chains(trail).map(({ value }) => value.end + HOUR);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  /** The digests of a trail that are due, oldest first for each account and region. Only the first of each can be made before it is written. */
  due(trail: string, now: number): DueDigest[] {
    return this.#chains(trail).flatMap(({ key, value: chain }) => {
      if (chain.end + HOUR > now) return [];
      const waiting = this.#store.range<Delivered>(DELIVERED, `${key} `, `${key} \u{10ffff}`);
      const until = Math.min(now, ...waiting.map(({ value }) => value.at));
      const idle = Math.floor((until - chain.end) / HOUR) * HOUR;
      const end = chain.end + (idle > LONGEST_IDLE ? idle : HOUR);
      const files = waiting.filter(({ value }) => value.at < end);
      const { account, region } = chain;
      const body = (bucket: string, object: string) => this.#digest({ key, chain, files, bucket, object, end });
      return [{ account, region, end, body }];
    });
  }

  #digest(of: {
    key: string;
    chain: Chain;
    files: readonly { key: string; value: Delivered }[];
    bucket: string;
    object: string;
    end: number;
  }) {
    const { chain, files, bucket, object, end } = of;
    const { secret, fingerprint } = this.key(chain.region);
    const times = files.flatMap(({ value }) => [value.oldest, value.newest]).sort();
    const content = JSON.stringify({
      awsAccountId: chain.account,
      digestStartTime: isoSeconds(chain.end),
      digestEndTime: isoSeconds(end),
      digestS3Bucket: bucket,
      digestS3Object: object,
      digestPublicKeyFingerprint: fingerprint,
      digestSignatureAlgorithm: 'SHA256withRSA',
      newestEventTime: times.at(-1) ?? null,
      oldestEventTime: times[0] ?? null,
      previousDigestS3Bucket: chain.last === undefined ? null : bucket,
      previousDigestS3Object: chain.last?.object ?? null,
      previousDigestHashValue: chain.last?.hash ?? null,
      previousDigestHashAlgorithm: chain.last === undefined ? null : 'SHA-256',
      previousDigestSignature: chain.last?.signature ?? null,
      logFiles: files.map(({ value }) => ({
        s3Bucket: value.bucket,
        s3Object: value.key,
        hashValue: value.hash,
        hashAlgorithm: 'SHA-256',
        newestEventTime: value.newest,
        oldestEventTime: value.oldest,
      })),
    });
    const hash = createHash('sha256').update(content).digest('hex');
    const text = [isoSeconds(end), `${bucket}/${object}`, hash, chain.last?.signature ?? 'null'].join('\n');
    const signature = sign('sha256', Buffer.from(text), createPrivateKey(secret)).toString('hex');
    const written = () =>
      this.#store.transaction(() => {
        this.#store.put(CHAINS, of.key, { ...chain, end, last: { object, hash, signature } } satisfies Chain);
        for (const file of files) this.#store.delete(DELIVERED, file.key);
      });
    return { bytes: gzipSync(content), signature, written };
  }

  #chains(trail: string): { key: string; value: Chain }[] {
    return this.#store.range<Chain>(CHAINS, `${trail} `, `${trail} \u{10ffff}`);
  }
}
