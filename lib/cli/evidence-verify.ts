import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logCrypto } from '#aws/log-crypto.ts';
import type { AuditEntry } from '#mesh/audit/entry.ts';
import { judgeControls } from '#mesh/audit/evidence/controls.ts';
import {
  CHECKPOINT_FILE,
  COVERAGE,
  ENTRIES,
  type EvidenceManifest,
  FINDINGS_FILE,
  KEY_FILE,
  MANIFEST,
  type PackFile,
  proofPath,
  readManifest,
} from '#mesh/audit/evidence/manifest.ts';
import type { FindingResult } from '#mesh/audit/findings/finding.ts';
import { parseVerifierKey, type VerifierKey } from '#mesh/audit/log/note.ts';
import { standardNamed } from '#mesh/audit/standards/standards.ts';
import { isEqual } from '#mesh/equal.ts';
import { type Problem, userError } from '#mesh/error.ts';
import type { ControlCoverage } from '#mesh/policy-set/coverage.ts';
import { checkEntryProof } from './entry-proof.ts';
import { filesIn, sha256 } from './evidence-pack.ts';

/** What a pack was found to be. */
export interface PackCheck {
  readonly manifest: EvidenceManifest;
  /** SHA-256 of the manifest: the name of the whole pack. */
  readonly sha256: string;
  readonly problems: readonly Problem[];
  /** Proofs that were checked and hold. */
  readonly proved: number;
  /** What the check cannot say. */
  readonly notes: readonly string[];
}

/** What controls are judged by. */
const NEEDED = [ENTRIES, FINDINGS_FILE, COVERAGE];

interface VerifyOptions {
  /** What the manifest's SHA-256 has to be. */
  readonly digest?: string;
  /** The log's public key from elsewhere; else that of the pack is taken. */
  readonly key?: VerifierKey;
}

/**
 * Checks a pack by its files alone: that each is there and as it was, that nothing was added, that its controls follow from what is in it, and its proofs.
 * Problems are `WEFT-AUDIT-068` (a file is missing), `-069` (differs), `-070` (was added), `-071` (a proof), `-072` (what it says does not follow),
 * `-074` (it is another pack).
 * @throws WeftError `WEFT-AUDIT-067` when the folder is no evidence pack.
 */
export function verifyPack(folder: string, { digest, key }: VerifyOptions = {}): PackCheck {
  const path = join(folder, MANIFEST);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const manifest = text === undefined ? undefined : readManifest(text);
  if (text === undefined || manifest === undefined) {
    throw userError(
      'WEFT-AUDIT-067',
      `${folder} is no evidence pack: ${text === undefined ? 'it has no manifest' : 'its manifest is none of weft-evidence/1'}`,
      {
        hint: 'name the folder that weft audit evidence wrote, copied whole',
      },
    );
  }
  const own = sha256(Buffer.from(text));
  const other = digest !== undefined && digest.toLowerCase() !== own;
  const foreign = other
    ? [problem('WEFT-AUDIT-074', `it is another pack: its SHA-256 is ${own}, not ${digest}`, MANIFEST)]
    : [];
  const files = [
    ...manifest.files.flatMap((file) => checkFile(folder, file)),
    ...checkAdded(folder, manifest),
    ...NEEDED.filter((path) => !manifest.files.some((file) => file.path === path)).map((path) =>
      problem('WEFT-AUDIT-068', `${path} is missing`, path),
    ),
  ];
  // What stands in files that are not as they were says nothing more.
  const content = files.length > 0 ? undefined : checkReadable(folder, manifest);
  const proofs = files.length > 0 ? undefined : checkProofs(folder, manifest, key);
  const anchored = digest !== undefined || (proofs?.proved ?? 0) === manifest.entries.count;
  return {
    manifest,
    sha256: own,
    problems: [...foreign, ...files, ...(content ?? []), ...(proofs?.problems ?? [])],
    proved: proofs?.proved ?? 0,
    notes: [
      ...(proofs?.notes ?? []),
      ...(anchored ? [] : ['a pack that was made anew as a whole is told apart by its SHA-256 only: give --digest']),
    ],
  };
}

function checkFile(folder: string, { path, bytes, sha256: wanted }: PackFile): Problem[] {
  const full = join(folder, path);
  if (!existsSync(full) || !lstatSync(full).isFile()) return [problem('WEFT-AUDIT-068', `${path} is missing`, path)];
  const data = readFileSync(full);
  if (data.length !== bytes) return [problem('WEFT-AUDIT-069', `${path} has ${data.length} bytes, not ${bytes}`, path)];
  return sha256(data) === wanted
    ? []
    : [problem('WEFT-AUDIT-069', `${path} is not what was packed: its SHA-256 differs`, path)];
}

function checkAdded(folder: string, { files }: EvidenceManifest): Problem[] {
  const known = new Set([MANIFEST, ...files.map(({ path }) => path)]);
  return filesIn(folder)
    .filter((path) => !known.has(path))
    .map((path) => problem('WEFT-AUDIT-070', `${path} was not packed`, path));
}

/** The same for files that somebody made who knows their hashes and not their form. */
function checkReadable(folder: string, manifest: EvidenceManifest): Problem[] {
  try {
    return checkContent(folder, manifest);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    return [problem('WEFT-AUDIT-072', `what is in the pack cannot be judged: ${error.message}`, MANIFEST)];
  }
}

/** Judges the controls again, by what is in the pack. */
function checkContent(folder: string, manifest: EvidenceManifest): Problem[] {
  const entries = linesOf(folder).map((line) => JSON.parse(line) as AuditEntry);
  const findings = JSON.parse(readFileSync(join(folder, FINDINGS_FILE), 'utf8')) as FindingResult[];
  const coverage = JSON.parse(readFileSync(join(folder, COVERAGE), 'utf8')) as ControlCoverage[];
  const shown = { entries, findings, coverage, checkpoint: existsSync(join(folder, CHECKPOINT_FILE)) };
  const judged = judgeControls(standardNamed(manifest.standard, coverage), shown);
  const seen = new Set<string>();
  const twice = entries.filter(({ id }) => seen.size === seen.add(id).size);
  const wrong = judged.flatMap((control) => {
    const said = manifest.controls.find(({ id }) => id === control.id);
    if (said !== undefined && isEqual(said, control)) return [];
    const what =
      said === undefined ? 'is left out' : `is said to be ${said.state}, and by this pack it is ${control.state}`;
    return [
      problem(
        'WEFT-AUDIT-072',
        `control ${control.id} ${said?.state === control.state ? 'rests on other things than is said' : what}`,
        MANIFEST,
      ),
    ];
  });
  const more = manifest.controls
    .filter(({ id }) => !judged.some((control) => control.id === id))
    .map(({ id }) => problem('WEFT-AUDIT-072', `control ${id} is none of ${manifest.standard}`, MANIFEST));
  return [
    ...twice.map(({ id }) => problem('WEFT-AUDIT-072', `entry ${id} is there twice`, ENTRIES)),
    ...wrong,
    ...more,
  ];
}

function checkProofs(folder: string, manifest: EvidenceManifest, given: VerifierKey | undefined) {
  const lines = linesOf(folder);
  const path = join(folder, KEY_FILE);
  const packed = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const key = given ?? parseVerifierKey(packed, logCrypto.sha256);
  const there = lines.map((_, line) => existsSync(join(folder, proofPath(line))));
  const without = there.filter((one) => !one).length;
  const notes = without === 0 ? [] : [`${without} of ${lines.length} entries have no proof that the log holds them`];
  const problems: Problem[] = [];
  const count = lines.length - without;
  if (count !== manifest.entries.proved)
    problems.push(
      problem(
        'WEFT-AUDIT-071',
        `${manifest.entries.proved} proofs are said to be there, and there are ${count}`,
        MANIFEST,
      ),
    );
  if (count === 0) return { problems, notes, proved: 0 };
  if (key === undefined)
    return { problems, notes: [...notes, 'the proofs could not be checked: there is no key'], proved: 0 };
  let proved = 0;
  for (const [line, entry] of lines.entries()) {
    if (there[line] !== true) continue;
    const answer = checkEntryProof(readFileSync(join(folder, proofPath(line)), 'utf8'), key);
    if ('wrong' in answer)
      problems.push(
        problem('WEFT-AUDIT-071', `the proof of line ${line + 1} does not hold: ${answer.wrong}`, proofPath(line)),
      );
    else if (answer.entry !== entry)
      problems.push(problem('WEFT-AUDIT-071', `the proof of line ${line + 1} is of another entry`, proofPath(line)));
    else proved += 1;
  }
  const own =
    given === undefined
      ? ['the proofs were checked with the key in the pack: give --key with one that you have from elsewhere']
      : [];
  return { problems, notes: [...notes, ...own], proved };
}

function linesOf(folder: string): string[] {
  return readFileSync(join(folder, ENTRIES), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

function problem(code: string, message: string, file: string): Problem {
  return { code, severity: 'error', message, file };
}
