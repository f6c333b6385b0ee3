import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toCsv } from '#mesh/audit/report/csv.ts';
import type { Report } from '#mesh/audit/report/report.ts';
import { reportPage } from '#mesh/audit/report/report-page.ts';
import { REPORT_COLUMNS, reportRows } from '#mesh/audit/report/rows.ts';
import { userError } from '#mesh/error.ts';
import { writeParquet } from './parquet.ts';

const WRITERS: Readonly<Record<string, (path: string, report: Report) => void | Promise<void>>> = {
  '.html': (path, report) => writeFileSync(path, reportPage(report)),
  '.csv': (path, report) =>
    writeFileSync(
      path,
      toCsv(
        REPORT_COLUMNS,
        reportRows(report).map((row) => REPORT_COLUMNS.map((name) => row[name])),
      ),
    ),
  '.json': (path, report) => writeFileSync(path, `${JSON.stringify(report, undefined, 2)}\n`),
  '.parquet': (path, report) => writeParquet(path, reportRows(report)),
};

/** The files that `--output` asks for: one by its suffix, or `report.*` in each format in a folder. @throws WEFT-AUDIT-064, -065 */
export function reportPaths(output: string): string[] {
  const path = output.replace(/\/+$/, '');
  const there = existsSync(path) ? statSync(path) : undefined;
  const suffix = /\.[a-z0-9]+$/i.exec(path)?.[0];
  if (there?.isDirectory() || (there === undefined && (path !== output || suffix === undefined))) {
    return Object.keys(WRITERS).map((one) => join(path, `report${one}`));
  }
  if (path !== output) {
    throw userError('WEFT-AUDIT-065', `${path} is a file`, { hint: 'name a folder, or a file with a suffix' });
  }
  if (suffix !== undefined && suffix in WRITERS) return [path];
  throw userError('WEFT-AUDIT-064', `nothing is known about the format of ${output}`, {
    hint: `end its name with one of ${Object.keys(WRITERS).join(', ')}, or name a folder for all of them`,
  });
}

/** Writes a report into each of the paths, making the folder that they are in. */
export async function writeReport(report: Report, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    mkdirSync(join(path, '..'), { recursive: true });
    const suffix = /\.[a-z0-9]+$/i.exec(path)?.[0] ?? '';
    await WRITERS[suffix]?.(path, report);
  }
}
