import { relative, resolve } from 'node:path';
import { parsePeriod } from '#mesh/audit/report/period.ts';
import { buildReport } from '#mesh/audit/report/report.ts';
import { userError } from '#mesh/error.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { busy, tone } from '../io.ts';
import { reportFacts } from '../report-facts.ts';
import { reportPaths, writeReport } from '../report-files.ts';
import { splitProduct } from './product-show.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const now = new Date();
  const written = textOption(invocation, 'period');
  if (written === undefined) {
    throw userError('WEFT-AUDIT-062', 'nobody says which period', {
      hint: 'add --period with a year, a quarter, a month or two moments: 2026, 2026-Q3, 2026-07, 2026-07-01..2026-07-15',
    });
  }
  const period = parsePeriod(written, now);
  const product = textOption(invocation, 'product');
  if (product !== undefined) splitProduct(product);
  const out = textOption(invocation, 'out');
  const output =
    (out === undefined ? undefined : `${out}/`) ??
    textOption(invocation, 'output') ??
    (invocation.json ? undefined : `report-${period.name.replaceAll(/[^\w.-]+/g, '_')}.html`);
  const paths = output === undefined ? [] : reportPaths(resolve(io.cwd, output));
  const connection = await connect(invocation);
  busy(io, 'asking the audit tables, which takes a while');
  const report = buildReport(await reportFacts(connection, period, { product, now }));
  await writeReport(report, paths);
  if (invocation.json) io.out(`${JSON.stringify(report)}\n`);
  else for (const path of paths) io.out(`${relative(io.cwd, path)}\n`);
  const open = report.findings.reduce((sum, { rows = [] }) => sum + rows.length, 0);
  io.err(
    `${period.name}: ${report.entries.count} entries, ${report.access.added} accesses added, ${report.access.removed} removed, ${open} findings\n`,
  );
  for (const sentence of report.unknown) io.err(`${tone(io, 'warn', 'unknown:')} ${sentence}\n`);
}
