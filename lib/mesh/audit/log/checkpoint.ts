import { HASH_BYTES, type Hash } from './merkle.ts';
import { base64Of, bytesOf, isSignedBy, parseNote, type VerifierKey, type VerifySignature } from './note.ts';

/** What a checkpoint says of a log: C2SP tlog-checkpoint without extension lines. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

/** The name of a mesh's log, and of the key that signs its checkpoints. */
export function logOrigin(mesh: string, account: string, region: string): string {
  return `${mesh}.weft/audit/${account}/${region}`;
}

/** The text that is signed. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${base64Of(root)}\n`;
}

/** Reads the text of a checkpoint; undefined when it has not exactly the form that this log writes. */
function parseCheckpoint(text: string): Checkpoint | undefined {
  const [, origin = '', digits = '', encoded = ''] = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([^\n]+)\n$/.exec(text) ?? [];
  const root = bytesOf(encoded);
  if (root?.length !== HASH_BYTES) return undefined;
  return { origin, size: Number(digits), root };
}

/** The checkpoint that a signed note holds, or why it counts for nothing. */
export function openCheckpoint(
  note: string,
  key: VerifierKey,
  verify: VerifySignature,
): { readonly checkpoint: Checkpoint } | { readonly wrong: string } {
  const parsed = parseNote(note);
  if (parsed === undefined) return { wrong: 'it is no signed note' };
  const checkpoint = parseCheckpoint(parsed.text);
  if (checkpoint === undefined) return { wrong: 'its text is no checkpoint' };
  if (checkpoint.origin !== key.name) return { wrong: `it is of the log ${checkpoint.origin}, not of ${key.name}` };
  if (parsed.signatures.length !== 1) return { wrong: `it has ${parsed.signatures.length} signatures instead of one` };
  if (!isSignedBy(parsed, key, verify)) return { wrong: 'the signature is not of this key' };
  return { checkpoint };
}
