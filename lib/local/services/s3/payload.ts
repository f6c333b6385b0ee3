import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { WireRequest } from '../../core/service.ts';
import { s3Error } from './failure.ts';

/** A request's bytes after its transfer encoding is taken off: pieces of the body that was sent, not copies. */
export interface Payload {
  readonly chunks: readonly Buffer[];
  readonly size: number;
  /** Hex MD5. */
  readonly md5: string;
  /** Algorithm (`crc32`) → base64, as the client gave them; those that can be computed were checked. */
  readonly checksums: Readonly<Record<string, string>>;
}

const CHECKSUM_ALGORITHMS = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;

/** @throws AwsError `BadDigest`, `IncompleteBody`, `XAmzContentSHA256Mismatch`. */
export function readPayload(request: WireRequest): Payload {
  const contentHash = request.headers['x-amz-content-sha256'] ?? '';
  const chunked =
    contentHash.startsWith('STREAMING-') || /\baws-chunked\b/.test(request.headers['content-encoding'] ?? '');
  const { chunks, trailers } = chunked ? decodeChunks(request.body) : { chunks: [request.body], trailers: {} };
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const declared = request.headers['x-amz-decoded-content-length'];
  if (declared !== undefined && Number(declared) !== size) throw s3Error('IncompleteBody');
  if (/^[0-9a-f]{64}$/.test(contentHash) && digest('sha256', chunks, 'hex') !== contentHash) {
    throw s3Error('XAmzContentSHA256Mismatch');
  }
  const md5 = digest('md5', chunks, 'hex');
  const given = request.headers['content-md5'];
  if (given !== undefined && given !== Buffer.from(md5, 'hex').toString('base64')) throw s3Error('BadDigest');
  const checksums: Record<string, string> = {};
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const claimed = trailers[`x-amz-checksum-${algorithm}`] ?? request.headers[`x-amz-checksum-${algorithm}`];
    if (claimed === undefined) continue;
    const computed = checksum(algorithm, chunks);
    if (computed !== undefined && computed !== claimed) {
      throw s3Error('BadDigest', `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`);
    }
    checksums[algorithm] = claimed;
  }
  return { chunks, size, md5, checksums };
}

/** Base64 checksum of bytes; undefined for an algorithm that is not computed here (CRC64NVME). */
export function checksum(algorithm: string, chunks: Iterable<Uint8Array>): string | undefined {
  if (algorithm === 'sha1' || algorithm === 'sha256') return digest(algorithm, chunks, 'base64');
  if (algorithm === 'crc32') return base64OfWord(fold(chunks, (chunk, crc) => crc32(chunk, crc)));
  if (algorithm === 'crc32c') return base64OfWord(fold(chunks, crc32c));
  return undefined;
}

export function digest(algorithm: string, chunks: Iterable<Uint8Array>, encoding: 'hex' | 'base64'): string {
  const hash: Hash = createHash(algorithm);
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest(encoding);
}

/** Takes `aws-chunked` apart: `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n … 0\r\n<trailers>`. */
function decodeChunks(body: Buffer): { chunks: Buffer[]; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = body.indexOf('\r\n', at);
    if (end < 0) throw s3Error('IncompleteBody');
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    if (!Number.isInteger(size)) throw s3Error('IncompleteBody');
    at = end + 2;
    if (size === 0) return { chunks, trailers: parseTrailers(body.toString('latin1', at)) };
    if (at + size > body.length) throw s3Error('IncompleteBody');
    chunks.push(body.subarray(at, at + size));
    at += size + 2;
  }
}

function parseTrailers(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':'));
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

function fold(chunks: Iterable<Uint8Array>, step: (chunk: Uint8Array, crc: number) => number): number {
  let crc = 0;
  for (const chunk of chunks) crc = step(chunk, crc);
  return crc;
}

const CASTAGNOLI = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

function crc32c(chunk: Uint8Array, start: number): number {
  let crc = ~start >>> 0;
  for (const byte of chunk) crc = ((CASTAGNOLI[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)) >>> 0;
  return ~crc >>> 0;
}

function base64OfWord(word: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(word >>> 0);
  return bytes.toString('base64');
}
