import { join, resolve } from 'node:path';
import { logCrypto } from '#aws/log-crypto.ts';
import type { LogFiles } from '#mesh/audit/log/files.ts';
import { formatVerifierKey, type VerifierKey } from '#mesh/audit/log/note.ts';
import type { LogProblem } from '#mesh/audit/log/problem.ts';
import { type LogReport, verifyLog } from '#mesh/audit/log/verify.ts';
import { userError } from '#mesh/error.ts';
import { type Invocation, textOption } from '../command.ts';
import { type Connection, connect } from '../connection.ts';
import { busy } from '../io.ts';
import { bucketFiles, folderFiles, givenKey, meshLog, publishedKey, s3Place } from '../log-files.ts';
import { EXIT } from '../report.ts';
import { type Column, renderTable } from '../table.ts';

interface Sources {
  readonly files: LogFiles;
  readonly witness?: LogFiles;
  readonly key: VerifierKey;
}

/** How many problems a person is shown; programs get all. */
const SHOWN = 50;

export async function run(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  const sources = await sourcesOf(invocation);
  const report = await verifyLog(sources.files, {
    ...logCrypto,
    key: sources.key,
    witness: sources.witness,
    progress: (entries, of) => busy(io, `${entries} of ${of} entries checked`),
  });
  const errors = report.problems.filter(({ severity }) => severity === 'error');
  const ok = errors.length === 0;
  const key = formatVerifierKey(sources.key);
  if (json) io.out(`${JSON.stringify({ ok, origin: sources.key.name, key, ...report })}\n`);
  else tell(invocation, report, key, sources.witness !== undefined);
  return ok ? EXIT.ok : EXIT.error;
}

function tell({ io }: Invocation, report: LogReport, key: string, witnessed: boolean): void {
  const { size, root, checkpoints, firstAt, lastAt, problems } = report;
  if (size > 0) {
    const span = firstAt === undefined ? '' : ` from ${firstAt} to ${lastAt}`;
    io.out(`${size} entries${span}, ${checkpoints} checkpoints\nroot  ${root}\nkey   ${key}\n`);
  }
  if (problems.length > 0) io.out(`${renderTable(problems.slice(0, SHOWN), COLUMNS, io.columns)}`);
  if (problems.length > SHOWN) io.out(`and ${problems.length - SHOWN} more: --json has all of them\n`);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) io.err(`the trail is not whole: ${errors === 1 ? 'one thing is' : `${errors} things are`} wrong\n`);
  else
    io.out(
      `whole: nothing was changed, taken out or added${witnessed ? `; the witness has ${report.witnessed} checkpoints of it` : ''}\n`,
    );
  if (!witnessed)
    io.err('without a witness nobody can tell whether the end of the trail is missing: --witness <place>\n');
}

const COLUMNS: readonly Column<LogProblem>[] = [
  { title: 'code', value: ({ code }) => code, whole: true },
  { title: 'where', value: ({ where }) => where },
  { title: 'what', value: ({ message, severity }) => (severity === 'warning' ? `(warning) ${message}` : message) },
];

async function sourcesOf(invocation: Invocation): Promise<Sources> {
  const [place] = invocation.args;
  const given = textOption(invocation, 'key');
  const witnessPlace = textOption(invocation, 'witness');
  let connected: Promise<Connection> | undefined;
  const connection = () => {
    connected ??= connect(invocation);
    return connected;
  };
  const at = async (text: string, prefixes?: readonly string[]): Promise<LogFiles> => {
    const s3 = s3Place(text);
    if (s3 === undefined) return folderFiles(resolve(invocation.io.cwd, text));
    return bucketFiles(await connection(), { ...s3, ...(prefixes === undefined ? {} : { prefixes }) });
  };
  const chosen = witnessPlace === undefined ? undefined : await at(witnessPlace, ['']);
  const key = given === undefined ? undefined : givenKey(given, invocation.io.cwd);
  if (place === undefined) {
    const mesh = await meshLog(await connection());
    return { ...mesh, ...(chosen === undefined ? {} : { witness: chosen }), ...(key === undefined ? {} : { key }) };
  }
  if (key === undefined && s3Place(place) === undefined)
    throw userError('WEFT-AUDIT-013', 'no key is given: files alone do not say whose they are', {
      hint: `add --key with what weft audit verify --as governance/auditor shows, not with ${join(place, 'log', 'key')}: that came with the files`,
    });
  return {
    files: await at(place),
    ...(chosen === undefined ? {} : { witness: chosen }),
    key: key ?? (await publishedKey(await connection())),
  };
}
