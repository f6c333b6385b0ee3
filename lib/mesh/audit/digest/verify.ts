import { type Digest, parseDigest, signedText, type TrailKey, timeOf, trailKey } from './digest.ts';

/** Files of CloudTrail wherever they are. */
export interface TrailFiles {
  /** Every key below `AWSLogs/`, in any order. */
  readonly keys: readonly string[];
  /** The bucket that they are in, or came from; undefined when nobody said. */
  readonly bucket?: string;
  /** A file's content before it was compressed (undefined when it cannot be read), and the signature that its object carries, hex. */
  read(key: string): Promise<{ readonly content?: Uint8Array; readonly signature?: string }>;
}

/** The mathematics, which this code has none of. */
export interface Crypto {
  /** SHA-256, hex. */
  hash(content: Uint8Array): string;
  /** Whether the key of that fingerprint signed a text (RSA, PKCS #1 v1.5, SHA-256; the signature in hex); undefined without that key. */
  verify(fingerprint: string, text: string, signature: string): boolean | undefined;
}

const FAULTS = {
  'missing-digest': 'WEFT-AUDIT-045',
  'missing-log': 'WEFT-AUDIT-046',
  'changed-digest': 'WEFT-AUDIT-047',
  'changed-log': 'WEFT-AUDIT-048',
  'wrong-place': 'WEFT-AUDIT-049',
  gap: 'WEFT-AUDIT-050',
  unlisted: 'WEFT-AUDIT-051',
  'no-key': 'WEFT-AUDIT-052',
  unreadable: 'WEFT-AUDIT-053',
  silent: 'WEFT-AUDIT-054',
} as const;

/** One thing that is wrong, and with which file. */
export interface Fault {
  readonly kind: keyof typeof FAULTS;
  readonly code: string;
  readonly key: string;
  readonly message: string;
}

export interface Verdict {
  readonly digests: number;
  readonly logs: number;
  /** Log files that the next digest will tell of. */
  readonly pending: number;
  readonly chains: readonly ChainVerdict[];
  /** Newest digests whose signature nobody has: what they say is verified by nothing. */
  readonly unsigned: readonly string[];
  readonly faults: readonly Fault[];
}

/** The time that the digests of one account, region and trail cover, and the newest of them: its signature is with its object only. */
export interface ChainVerdict {
  readonly chain: string;
  readonly from: string;
  readonly to: string;
  readonly newest: string;
  readonly signature?: string;
}

interface Link {
  readonly at: Extract<TrailKey, { kind: 'digest' }>;
  readonly digest: Digest;
  readonly hash: string;
  /** Of the object; the next digest has it as well. */
  readonly signature?: string;
}

/** Minutes by which the name of a file and its delivery may differ. */
const SLACK_MS = 15 * 60_000;

/** A digest comes every hour, and a while after its end. */
const SILENCE_MS = 3 * 3_600_000;

/**
 * Verifies the digests of each chain and every log file that they tell of, and finds files that no digest tells of. Nothing is asked of AWS: the files and public keys
 * are enough.
 * @param now epoch milliseconds; given, a chain that has come to an end is told as silent.
 */
export async function verifyTrail(files: TrailFiles, crypto: Crypto, now?: number): Promise<Verdict> {
  const faults: Fault[] = [];
  const found = (kind: Fault['kind'], key: string, message: string) =>
    faults.push({ kind, code: FAULTS[kind], key, message });
  const named = files.keys.map(trailKey).filter((key) => key !== undefined);
  const logs = new Map(named.flatMap((key) => (key.kind === 'log' ? [[key.key, key] as const] : [])));
  const digests = named.filter((key) => key.kind === 'digest');
  const listed = new Set<string>();
  const covered = new Map<string, number>();
  const chains: ChainVerdict[] = [];
  const unsigned: string[] = [];

  for (const [chain, keys] of [...Map.groupBy(digests, (at) => at.chain)].sort()) {
    const links = await readLinks(keys, files, crypto, found);
    const regular = links.filter(({ at }) => !at.backfill);
    verifyChain(regular, new Set(keys.map(({ key }) => key)), found);
    for (const [index, link] of links.entries()) {
      const next = link.at.backfill ? undefined : regular[regular.indexOf(link) + 1];
      if (!verifySignature(link, next, crypto, found)) unsigned.push(link.at.key);
      verifyPlace(link, files.bucket, found);
      for (const file of link.digest.logFiles) {
        listed.add(file.s3Object);
        await verifyLog(file, link, { files, crypto, present: logs.has(file.s3Object), found });
      }
      if (index !== links.length - 1) continue;
      const place = chain.slice(0, chain.lastIndexOf(' '));
      covered.set(place, Math.max(covered.get(place) ?? 0, Date.parse(link.digest.digestEndTime)));
    }
    const [first, last] = [regular[0], regular.at(-1)];
    if (first === undefined || last === undefined) continue;
    chains.push({
      chain,
      from: first.digest.digestStartTime,
      to: last.digest.digestEndTime,
      newest: last.at.key,
      ...(last.signature === undefined ? {} : { signature: last.signature }),
    });
    if (now !== undefined && now - Date.parse(last.digest.digestEndTime) > SILENCE_MS) {
      found('silent', last.at.key, `the newest digest ends ${last.digest.digestEndTime}: nothing came since`);
    }
  }

  // Where there is no digest at all, e.g. in a copy that somebody has taken them out of, no log file is too new for one.
  const horizon = now ?? (covered.size === 0 ? Number.POSITIVE_INFINITY : Math.max(...covered.values()));
  const bare = new Set<string>();
  let pending = 0;
  for (const { key, place, stamp } of logs.values()) {
    if (listed.has(key)) continue;
    const end = covered.get(place);
    if (end === undefined && horizon - timeOf(stamp) > SILENCE_MS) {
      if (!bare.has(place))
        found('unlisted', key, 'there is no digest of its account and region: nothing is verified of them');
      bare.add(place);
    } else if (end === undefined || timeOf(stamp) + SLACK_MS >= end) pending += 1;
    else found('unlisted', key, 'no digest tells of this file, although later ones are there');
  }
  return {
    digests: digests.length,
    logs: logs.size,
    pending,
    chains,
    unsigned,
    faults: faults.toSorted((one, other) => (one.key < other.key ? -1 : 1)),
  };
}

type Found = (kind: Fault['kind'], key: string, message: string) => void;

/** The digests of a chain, oldest first. */
async function readLinks(
  keys: readonly Extract<TrailKey, { kind: 'digest' }>[],
  files: TrailFiles,
  { hash }: Crypto,
  found: Found,
): Promise<Link[]> {
  const links: Link[] = [];
  for (const at of keys.toSorted((one, other) => (one.stamp < other.stamp ? -1 : 1))) {
    const { content, signature } = await files.read(at.key);
    const digest = content && parseDigest(new TextDecoder().decode(content));
    if (content === undefined || digest === undefined)
      found('unreadable', at.key, 'it is no digest, or cannot be unpacked');
    else links.push({ at, digest, hash: hash(content), ...(signature === undefined ? {} : { signature }) });
  }
  return links;
}

/** Each digest names the one before it, has its hash, and begins where it ends. */
function verifyChain(links: readonly Link[], present: ReadonlySet<string>, found: Found): void {
  for (const [index, { at, digest }] of links.entries()) {
    const before = links[index - 1];
    const former = digest.previousDigestS3Object;
    if (former === null) {
      if (before === undefined) continue;
      found(
        'gap',
        at.key,
        `a new chain begins at ${digest.digestStartTime}: before it, ${before.digest.digestEndTime}, digests had stopped`,
      );
      continue;
    }
    if (!present.has(former)) {
      found('missing-digest', former, `${at.key} names it, and it is not there`);
      continue;
    }
    if (before?.at.key !== former) {
      found('unlisted', before?.at.key ?? at.key, `the digest after it, ${at.key}, follows ${former} instead`);
      continue;
    }
    if (before.hash !== digest.previousDigestHashValue) {
      found('changed-digest', former, 'its content is not what the digest after it has the hash of');
    }
    if (before.digest.digestEndTime !== digest.digestStartTime) {
      found(
        'gap',
        at.key,
        `it begins ${digest.digestStartTime}, and the one before it ends ${before.digest.digestEndTime}`,
      );
    }
  }
}

/** Whether somebody has the signature: the object itself, or the digest after it. Both are verified. */
function verifySignature(link: Link, next: Link | undefined, crypto: Crypto, found: Found): boolean {
  const { at, digest, hash } = link;
  const told = next?.digest.previousDigestS3Object === at.key ? next.digest.previousDigestSignature : undefined;
  const signatures = [...new Set([link.signature, told ?? undefined].filter((one) => one !== undefined))];
  for (const signature of signatures) {
    const isSound = crypto.verify(digest.digestPublicKeyFingerprint, signedText(digest, hash), signature);
    if (isSound === undefined) {
      found('no-key', at.key, `no public key has the fingerprint ${digest.digestPublicKeyFingerprint}`);
      break;
    }
    if (!isSound) {
      found('changed-digest', at.key, 'its signature is not that of its content, its place and the digest before it');
      break;
    }
  }
  return signatures.length > 0;
}

function verifyPlace({ at, digest }: Link, bucket: string | undefined, found: Found): void {
  const { digestS3Bucket, digestS3Object } = digest;
  if (digestS3Object === at.key && (bucket === undefined || digestS3Bucket === bucket)) return;
  found('wrong-place', at.key, `it says that its place is ${digestS3Bucket}/${digestS3Object}`);
}

async function verifyLog(
  { s3Object, hashValue }: Digest['logFiles'][number],
  { at }: Link,
  context: { files: TrailFiles; crypto: Crypto; present: boolean; found: Found },
): Promise<void> {
  const { files, crypto, present, found } = context;
  if (!present) return void found('missing-log', s3Object, `${at.key} tells of it, and it is not there`);
  const { content } = await files.read(s3Object);
  if (content === undefined) found('unreadable', s3Object, 'it cannot be unpacked');
  else if (crypto.hash(content) !== hashValue)
    found('changed-log', s3Object, `its content is not what ${at.key} tells of`);
}
