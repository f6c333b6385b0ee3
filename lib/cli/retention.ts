import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { RetentionView } from '#control/show-retention.ts';
import { canonicalText } from '#mesh/canonical.ts';
import { userError } from '#mesh/error.ts';
import { productId } from '#mesh/product/product.ts';
import { disposalStatement, type SignedDisposal } from '#mesh/retention/record.ts';
import type { DisposalNote } from '#mesh/retention/status.ts';
import { splitProduct } from './commands/product-show.ts';
import type { Connection } from './connection.ts';
import { everyProduct } from './pages.ts';

/** The retention of one product, or of every one. */
export async function retentionsOf(connection: Connection, product: string | undefined): Promise<RetentionView[]> {
  const ids = product === undefined ? await everyName(connection) : [product];
  const views: RetentionView[] = [];
  for (const id of ids) {
    const { domain, name } = splitProduct(id);
    const path = `/products/${domain}/${name}/retention`;
    views.push(...(await connection.api<{ retention: RetentionView[] }>({ method: 'GET', path })).retention);
  }
  return views;
}

async function everyName(connection: Connection): Promise<string[]> {
  return [...new Set((await everyProduct(connection)).map(productId))].toSorted();
}

/** The records of all versions, newest first. */
export function notesOf(views: readonly RetentionView[]): DisposalNote[] {
  return views.flatMap(({ status }) => status.disposed ?? []).toSorted((a, b) => (a.at < b.at ? 1 : -1));
}

/** A signed record as a file has it. @throws WeftError `WEFT-RETENTION-007` when it is none. */
export function readRecord(text: string, file: string): SignedDisposal {
  try {
    const signed = JSON.parse(text) as Partial<SignedDisposal> | null;
    const { record, digest, signature } = signed ?? {};
    const whole =
      record?.format === 'weft.disposal/1' &&
      typeof record.id === 'string' &&
      typeof record.product === 'string' &&
      typeof digest === 'string' &&
      typeof signature?.value === 'string';
    if (whole) return signed as SignedDisposal;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw userError('WEFT-RETENTION-007', `${file} is no record of a disposal`, {
    hint: 'get it with weft retention records <product> --out <folder>',
  });
}

/** A public key in PEM, or as base64 of DER. @throws WeftError `WEFT-RETENTION-008`. */
export function readKey(text: string, file: string): KeyObject {
  try {
    const key = text.includes('-----BEGIN')
      ? createPublicKey(text)
      : createPublicKey({ key: Buffer.from(text.trim(), 'base64'), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType === 'ec') return key;
  } catch {
    // Whatever is wrong with it, it is no key.
  }
  throw userError('WEFT-RETENTION-008', `${file} is no public key on the curve P-256`, {
    hint: 'PEM, or base64 of the DER SubjectPublicKeyInfo, as weft retention records --json shows it',
  });
}

/** What is wrong with a record: nothing when it is as it was signed with that key. */
export function problemsOf({ record, digest, signature }: SignedDisposal, key: KeyObject): string[] {
  const problems: string[] = [];
  const found = createHash('sha256').update(canonicalText(record)).digest('hex');
  if (found !== digest) problems.push(`the record has the SHA-256 ${found}, signed was ${digest}`);
  const statement = Buffer.from(disposalStatement(digest));
  if (!verify('sha256', statement, key, Buffer.from(signature.value, 'base64'))) {
    problems.push('the signature is not by that key');
  }
  const bytes = record.objects.reduce((sum, object) => sum + object.bytes, 0);
  const { totals } = record;
  if (
    totals.objects !== record.objects.length ||
    totals.bytes !== bytes ||
    totals.partitions !== record.partitions.length
  ) {
    problems.push('its totals are not those of its lists');
  }
  return problems;
}
