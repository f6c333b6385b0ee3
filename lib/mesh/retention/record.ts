import type { StoredPartition, StoredVersion } from './plan.ts';
import type { Disposable } from './status.ts';

/** What is about to be removed, written down before the first deletion, so that a crash loses nothing of the record. */
export interface DisposalIntent {
  readonly format: 'weft.disposal-intent/1';
  readonly id: string;
  readonly mesh: string;
  /** The domain in whose account it happens. */
  readonly domain: string;
  readonly account: string;
  readonly what: Disposable;
  /** `<domain>/<product>` */
  readonly product: string;
  readonly major: number;
  readonly table?: string;
  /** Why: the period and what it was counted by, or the removal that these are copies of. */
  readonly rule: string;
  /** ISO 8601: everything up to then. */
  readonly upTo: string;
  /** When it had been announced; of copies: with the removal that they follow. */
  readonly announcedAt?: string;
  readonly startedAt: string;
  readonly catalog?: { readonly database: string; readonly table: string };
  readonly partitions: readonly StoredPartition[];
  readonly objects: readonly StoredVersion[];
}

/** What was removed: of an intent that which a look afterwards did not find any more. */
export interface DisposalRecord extends Omit<DisposalIntent, 'format'> {
  readonly format: 'weft.disposal/1';
  readonly completedAt: string;
  /** What the intent named and the look afterwards still found, with why as far as it is known. */
  readonly left: { readonly partitions: number; readonly objects: number; readonly reason?: string };
  readonly totals: { readonly partitions: number; readonly objects: number; readonly bytes: number };
}

/** A record with what proves it: anyone with the public key can check it without the mesh. */
export interface SignedDisposal {
  readonly record: DisposalRecord;
  /** SHA-256 (hex) of the record in canonical form. */
  readonly digest: string;
  readonly signature: {
    readonly algorithm: 'ECDSA_SHA_256';
    /** ARN of the KMS key. */
    readonly keyId: string;
    /** Base64 of the DER signature of `disposalStatement(digest)`. */
    readonly value: string;
    /** Base64 of the DER SubjectPublicKeyInfo. */
    readonly publicKey: string;
  };
}

/** The record of an intent, from what is left of it. */
export function recordOf(
  intent: DisposalIntent,
  left: {
    readonly partitions: readonly StoredPartition[];
    readonly objects: readonly StoredVersion[];
    readonly reason?: string;
  },
  completedAt: string,
): DisposalRecord {
  const leftObjects = new Set(left.objects.map(identityOf));
  const leftPartitions = new Set(left.partitions.map(({ values }) => JSON.stringify(values)));
  const objects = intent.objects.filter((version) => !leftObjects.has(identityOf(version)));
  const partitions = intent.partitions.filter(({ values }) => !leftPartitions.has(JSON.stringify(values)));
  return {
    ...intent,
    format: 'weft.disposal/1',
    partitions,
    objects,
    completedAt,
    left: {
      partitions: intent.partitions.length - partitions.length,
      objects: intent.objects.length - objects.length,
      ...(left.reason === undefined ? {} : { reason: left.reason }),
    },
    totals: {
      partitions: partitions.length,
      objects: objects.length,
      bytes: objects.reduce((sum, { bytes }) => sum + bytes, 0),
    },
  };
}

export function identityOf({ bucket, key, versionId }: StoredVersion): string {
  return JSON.stringify([bucket, key, versionId]);
}

/** What is signed for a record: short, whatever the record's length, and nothing that any other signature of the mesh could be taken for. */
export function disposalStatement(digest: string): string {
  return `weft disposal record\nsha256 ${digest}\n`;
}
