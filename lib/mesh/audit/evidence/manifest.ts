import type { Period } from '../report/period.ts';
import type { ControlEvidence } from './controls.ts';

/** One file of a pack. */
export interface PackFile {
  /** Relative to the pack, with slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What `manifest.json` of an evidence pack says: all that is in it, and what it shows. */
export interface EvidenceManifest {
  readonly format: 'weft-evidence/1';
  readonly mesh: string;
  readonly standard: string;
  readonly title: string;
  readonly period: Period;
  readonly madeAt: string;
  readonly madeBy: string;
  /** Entries in the pack, and how many of them have a proof that the log holds them. */
  readonly entries: { readonly count: number; readonly proved: number };
  readonly controls: readonly ControlEvidence[];
  readonly files: readonly PackFile[];
}

export const MANIFEST = 'manifest.json';
export const ENTRIES = 'entries.jsonl';
export const FINDINGS_FILE = 'findings.json';
export const COVERAGE = 'coverage.json';
export const CHECKPOINT_FILE = 'log/checkpoint';
export const KEY_FILE = 'log/key';

/** Where the proof of the entry on a line of `entries.jsonl` lies; lines count from 0. */
export function proofPath(line: number): string {
  return `proofs/${String(line).padStart(6, '0')}.proof`;
}

/** The manifest in a text; undefined when it is none of this format. */
export function readManifest(text: string): EvidenceManifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const manifest = value as Partial<EvidenceManifest> | null;
  const whole =
    manifest?.format === 'weft-evidence/1' &&
    typeof manifest.standard === 'string' &&
    Array.isArray(manifest.controls) &&
    typeof manifest.entries?.proved === 'number' &&
    Array.isArray(manifest.files) &&
    manifest.files.every(isPackFile);
  return whole ? (manifest as EvidenceManifest) : undefined;
}

/** A path that leads out of the pack is no file of it. */
function isPackFile(file: unknown): boolean {
  const { path, bytes, sha256 } = (file ?? {}) as Partial<PackFile>;
  const safe = typeof path === 'string' && !path.startsWith('/') && !/(^|\/)\.\.(\/|$)|\\|\0/.test(path) && path !== '';
  return safe && typeof bytes === 'number' && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
}
