import { createHash } from 'node:crypto';
import type { WriteOnce } from '#aws/s3.ts';
import type { VersionedBucket } from '#aws/s3-versions.ts';
import type { SigningKey } from '#aws/signing-key.ts';
import { canonicalText } from '#mesh/canonical.ts';
import {
  type DisposalIntent,
  type DisposalRecord,
  disposalStatement,
  type SignedDisposal,
} from '#mesh/retention/record.ts';
import { DISPOSALS } from '#mesh/topology/names.ts';

/** Where a domain keeps what it removed: everything once, in the order intent, record, told. */
export interface DisposalBook {
  /** Writes down what is about to be removed; false when there is an intent of that id already. */
  begin(intent: DisposalIntent): Promise<boolean>;
  /** Intents that nobody was told the outcome of: a run ended in between. */
  open(): Promise<DisposalIntent[]>;
  /** The signed record of an intent: the one that is there, or this one. */
  record(record: DisposalRecord): Promise<SignedDisposal>;
  /** Remembers that the mesh was told of it. */
  told(id: string): Promise<void>;
  /** `s3://…` of a record. */
  locationOf(id: string): string;
}

const INTENTS = `${DISPOSALS}intents/`;
const RECORDS = `${DISPOSALS}records/`;
const TOLD = `${DISPOSALS}told/`;

export function createDisposalBook(deps: {
  readonly bucket: string;
  readonly once: WriteOnce;
  /** The trail's bucket: a second copy of each record, out of the domain's reach. */
  readonly archive: WriteOnce;
  readonly objects: Pick<VersionedBucket, 'keys' | 'read'>;
  readonly key: SigningKey;
}): DisposalBook {
  const { bucket, once, archive, objects, key } = deps;
  const read = async <T>(name: string) => {
    const text = await objects.read(bucket, name);
    return text === undefined ? undefined : (JSON.parse(text) as T);
  };
  /** Signatures differ each time: the one that was written first counts. */
  const signedOnce = async (record: DisposalRecord): Promise<SignedDisposal> => {
    const name = `${RECORDS}${record.id}.json`;
    const known = await read<SignedDisposal>(name);
    if (known !== undefined) return known;
    const digest = createHash('sha256').update(canonicalText(record)).digest('hex');
    const signature = {
      algorithm: 'ECDSA_SHA_256' as const,
      keyId: key.keyId,
      value: await key.sign(disposalStatement(digest)),
      publicKey: await key.publicKey(),
    };
    const signed: SignedDisposal = { record, digest, signature };
    const isNew = await once.put(name, canonicalText(signed));
    return isNew ? signed : ((await read<SignedDisposal>(name)) ?? signed);
  };
  return {
    begin: (intent) => once.put(`${INTENTS}${intent.id}.json`, canonicalText(intent)),
    async open() {
      const ids = async (prefix: string) =>
        (await objects.keys(bucket, prefix)).map((name) => name.slice(prefix.length, -'.json'.length));
      const told = new Set(await ids(TOLD));
      const open = (await ids(INTENTS)).filter((id) => !told.has(id));
      const found = await Promise.all(open.map((id) => read<DisposalIntent>(`${INTENTS}${id}.json`)));
      return found.filter((intent) => intent !== undefined);
    },
    async record(record) {
      const signed = await signedOnce(record);
      await archive.put(`${DISPOSALS}${record.id}.json`, canonicalText(signed));
      return signed;
    },
    async told(id) {
      await once.put(`${TOLD}${id}.json`, '{}');
    },
    locationOf: (id) => `s3://${bucket}/${RECORDS}${id}.json`,
  };
}
