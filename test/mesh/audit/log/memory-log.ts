import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { logCrypto } from '#aws/log-crypto.ts';
import type { ObjectStore, WriteOnce } from '#aws/s3.ts';
import { type AppendDeps, appendToLog, type Head } from '#control/append-log.ts';
import type { AuditEntry } from '#mesh/audit/entry.ts';
import type { LogFiles } from '#mesh/audit/log/files.ts';
import { type VerifierKey, verifierKey } from '#mesh/audit/log/note.ts';

const ORIGIN = 'toy.weft/audit/999999999999/eu-central-1';

/** A crash between two calls. */
export class Crash extends Error {}

const etags = new WeakMap<Uint8Array, string>();

/** Of a body that never changes: made once. */
function etagOf(body: Uint8Array): string {
  const etag = etags.get(body) ?? createHash('md5').update(body).digest('hex');
  etags.set(body, etag);
  return etag;
}

/** A bucket in memory. */
export class MemoryBucket implements ObjectStore, LogFiles {
  readonly objects = new Map<string, Uint8Array>();
  /** Called before each call; throws where the process dies. */
  before: () => void = () => {};

  async get(key: string) {
    this.before();
    const body = this.objects.get(key);
    return body === undefined ? undefined : { body, etag: etagOf(body) };
  }

  async exists(key: string) {
    this.before();
    return this.objects.has(key);
  }

  async putOnce(key: string, body: string | Uint8Array) {
    this.before();
    if (this.objects.has(key)) return false;
    this.objects.set(key, Buffer.from(body));
    return true;
  }

  async replace(key: string, body: string, etag: string | undefined) {
    this.before();
    const found = this.objects.get(key);
    const now = found && etagOf(found);
    if (now !== etag) return undefined;
    const kept = Buffer.from(body);
    this.objects.set(key, kept);
    return etagOf(kept);
  }

  async keys() {
    return [...this.objects.keys()];
  }

  async read(key: string) {
    return this.objects.get(key);
  }

  /** The same objects, in a bucket of their own. */
  copy(): MemoryBucket {
    const copy = new MemoryBucket();
    for (const [key, body] of this.objects) copy.objects.set(key, body);
    return copy;
  }
}

export interface MemoryLog {
  readonly bucket: MemoryBucket;
  readonly witness: MemoryBucket;
  readonly key: VerifierKey;
  readonly deps: AppendDeps;
  append(entries: readonly AuditEntry[]): Promise<void>;
}

const DEFAULT_KEY = generateKeyPairSync('ed25519').privateKey;

/** A log with its witness, both in memory; every run of the appender is a new process. */
export function memoryLog(privateKey: KeyObject = DEFAULT_KEY): MemoryLog {
  const bucket = new MemoryBucket();
  const witness = new MemoryBucket();
  const key = verifierKey(ORIGIN, publicKeyOf(privateKey), logCrypto.sha256);
  const deps: AppendDeps = {
    ...logCrypto,
    store: bucket,
    witness: { put: (name, body) => witness.putOnce(name, body) } satisfies WriteOnce,
    key,
    sign: async (message) => sign(undefined, message, privateKey),
    missed: () => {},
    now: () => new Date('2026-03-01T12:00:00Z'),
  };
  let head: Head | undefined;
  return {
    bucket,
    witness,
    key,
    deps,
    async append(entries) {
      head = (
        await appendToLog(
          entries.map((one) => JSON.stringify(one)),
          deps,
          head,
        )
      ).head;
    },
  };
}

function publicKeyOf(privateKey: KeyObject): Uint8Array {
  const { x = '' } = privateKey.export({ format: 'jwk' });
  return new Uint8Array(Buffer.from(x, 'base64url'));
}

/** The entry of the revision of a record. */
export function entryOf(revision: number, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id: `sales/orders#1@${revision}`,
    at: '2026-03-01T12:00:00.000Z',
    kind: 'command',
    actor: 'arn:aws:iam::111111111111:role/r',
    action: 'ProductPublished',
    correlation: `c-${revision}`,
    policies: [],
    entity: 'product',
    summary: 's',
    ...more,
  };
}

export function entries(count: number, from = 1): AuditEntry[] {
  return Array.from({ length: count }, (_, index) => entryOf(from + index));
}
