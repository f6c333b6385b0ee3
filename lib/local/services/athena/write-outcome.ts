import type { Cloud } from '../../core/cloud.ts';
import type { Outcome } from './outcome.ts';
import { placeFor, type ResultPlace, toCsv, uriOf, writeResult } from './results.ts';

/** Writes what a statement answered, and the manifest of the files it wrote; gives the manifest's place. */
export async function writeOutcome(
  cloud: Cloud,
  outcome: Outcome,
  place: ResultPlace,
  id: string,
  location: string | undefined,
): Promise<string | undefined> {
  if (outcome.format === 'csv') {
    await writeResult(
      cloud,
      place,
      toCsv(
        outcome.columns.map((column) => column.Name),
        outcome.rows,
      ),
      'application/octet-stream',
    );
  } else if (outcome.format === 'txt') {
    await writeResult(cloud, place, outcome.rows.map((row) => `${row.join('\t')}\n`).join(''), 'text/plain');
  }
  if (outcome.written === undefined || location === undefined) return undefined;
  const manifest = placeFor(cloud, location, `${outcome.updated === undefined ? '' : 'tables/'}${id}-manifest.csv`);
  await writeResult(cloud, manifest, outcome.written.map((uri) => `${uri}\n`).join(''), 'text/csv');
  return uriOf(manifest);
}
