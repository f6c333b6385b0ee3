import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
} from '#mesh/audit/evidence/manifest.ts';
import { packPage } from '#mesh/audit/evidence/pack-page.ts';
import type { Period } from '#mesh/audit/report/period.ts';
import { buildReport } from '#mesh/audit/report/report.ts';
import { standardNamed } from '#mesh/audit/standards/standards.ts';
import { userError } from '#mesh/error.ts';
import { readPolicies } from '#mesh/policy/read-policies.ts';
import { coverageOf } from '#mesh/policy-set/coverage.ts';
import type { Connection } from './connection.ts';
import { type ProvingLog, provingLog } from './entry-proof.ts';
import { policiesAt, wholeEntries } from './evidence-facts.ts';
import { localCedar } from './policy-sets.ts';
import { reportFacts } from './report-facts.ts';
import { reportPaths, writeReport } from './report-files.ts';

/** @throws WeftError `WEFT-AUDIT-065` unless the folder is new or empty. */
function emptyFolder(folder: string): void {
  if (existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0)) {
    throw userError('WEFT-AUDIT-065', `${folder} is there and not empty`, { hint: 'name a new folder for the pack' });
  }
}

/**
 * Writes an evidence pack into a new folder: what each control of a standard rests on in a period, with everything that is needed to check it without the
 * mesh. Gives the manifest, and its own SHA-256: whoever knows that can tell the pack from another.
 */
export async function writePack(
  connection: Connection,
  { standard: name, period, folder, now }: { standard: string; period: Period; folder: string; now: Date },
): Promise<{ manifest: EvidenceManifest; sha256: string }> {
  emptyFolder(folder);
  const sets = await policiesAt(connection, period.to);
  const cedar = localCedar();
  const coverage = coverageOf(
    sets.flatMap((set) => readPolicies(set, cedar).rules),
    [],
  );
  const standard = standardNamed(name, coverage);
  const [asked, whole] = await Promise.all([
    reportFacts(connection, period, { now }),
    wholeEntries(connection, period),
  ]);
  // After the entries, so that it covers them; the report rests on the same checkpoint as the proofs.
  const log = await provingLog(connection);
  const { checkpoint } = log;
  const { checkpoint: _, ...rest } = asked;
  const facts = { ...rest, ...(checkpoint === undefined ? {} : { checkpoint }) };
  const { findings, mesh, madeAt, madeBy } = facts;
  const judge = (entries: readonly AuditEntry[]) =>
    judgeControls(standard, { entries, findings, coverage, checkpoint: checkpoint !== undefined });
  const wanted = new Set(judge(whole.map(({ entry }) => entry)).flatMap((control) => control.entries));
  const packed = whole.filter(({ entry }) => wanted.has(entry.id));
  // By what is in the pack: whoever checks it has nothing else.
  const controls = judge(packed.map(({ entry }) => entry));
  const put = (path: string, text: string) => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  put(ENTRIES, packed.map(({ text }) => `${text}\n`).join(''));
  put(FINDINGS_FILE, json(findings));
  put(COVERAGE, json(coverage));
  if (checkpoint !== undefined) put(CHECKPOINT_FILE, checkpoint);
  put(KEY_FILE, `${log.key}\n`);
  const policyFiles = sets.flatMap(({ scope, digest, files }) =>
    Object.entries(files).map(([file, text]) => {
      const path = `policies/${scope}@${digest.slice(0, 12)}/${file}`;
      put(path, text);
      return path;
    }),
  );
  const proved = await putProofs(
    log,
    packed.map(({ entry }) => entry.id),
    put,
  );
  await writeReport(buildReport(facts), reportPaths(`${join(folder, 'report')}/`));
  const head = {
    format: 'weft-evidence/1' as const,
    mesh,
    standard: standard.name,
    title: standard.title,
    period,
    madeAt,
    madeBy,
    entries: { count: packed.length, proved },
    controls,
  };
  put('index.html', packPage(head, policyFiles));
  const manifest: EvidenceManifest = { ...head, files: filesIn(folder).map((path) => fileOf(folder, path)) };
  const text = json(manifest);
  put(MANIFEST, text);
  return { manifest, sha256: sha256(Buffer.from(text)) };
}

async function putProofs(
  log: ProvingLog,
  ids: readonly string[],
  put: (path: string, text: string) => void,
): Promise<number> {
  let proved = 0;
  for (const [line, id] of ids.entries()) {
    const proof = await log.prove(id);
    if (proof === undefined) continue;
    put(proofPath(line), proof);
    proved += 1;
  }
  return proved;
}

/** Every file below a folder, relative and with slashes, in order. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length).replaceAll('\\', '/'))
    .toSorted();
}

function fileOf(folder: string, path: string): PackFile {
  const data = readFileSync(join(folder, path));
  return { path, bytes: data.length, sha256: sha256(data) };
}

export function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
