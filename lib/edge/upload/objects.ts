import type { Alarm, Entry } from '../buffer/entry.ts';
import { digits } from '../buffer/segment.ts';

/** Whose objects: the names of them follow from it. */
export interface Origin {
  readonly group: string;
  readonly site: string;
  readonly source: string;
  /** Of the journal: two journals share no name, and one never gives two objects the same. */
  readonly journal: string;
}

/** The key of rows, below the prefix of the source: `<prefix><group>/<site>/<source>/<journal>-<first>-<last>.jsonl`. */
export function rowsKey(prefix: string, origin: Origin, first: number, last: number): string {
  return `${prefix}${origin.group}/${origin.site}/${origin.source}/${origin.journal}-${digits(first)}-${digits(last)}.jsonl`;
}

/** The key of what did not fit, below the same folders in `quarantine/`. */
export function quarantineKey(prefix: string, origin: Origin, first: number, last: number): string {
  return `quarantine/${rowsKey(prefix, origin, first, last)}`;
}

export function alarmKey({ group, site, source, journal }: Origin, { sequence, name }: Alarm): string {
  return `edge/${group}/${site}/alarms/${source}/${journal}-${digits(sequence)}-${name}.json`;
}

export function heartbeatKey(group: string, site: string): string {
  return `edge/${group}/${site}/heartbeat.json`;
}

/** What a check of the way writes, so that it does not pass for a sign of life. */
export function trialKey(group: string, site: string): string {
  return `edge/${group}/${site}/check.json`;
}

/** One line for each row: the contract's columns, and site, source and number, which together no other row has. */
export function rowLines(entries: readonly Entry[], { site, source }: Origin): string {
  return linesOf(entries, (item, sequence) => {
    if (!('row' in item)) return undefined;
    return { ...item.row, weft_site: site, weft_source: source, weft_sequence: sequence };
  });
}

/** One line for each record that did not fit: why, and with `values` the record itself. */
export function quarantineLines(entries: readonly Entry[], { site, source }: Origin, values: boolean): string {
  return linesOf(entries, (item, sequence, at) => {
    if (!('rejected' in item)) return undefined;
    const known = { site, source, sequence, at: new Date(at).toISOString(), ...item.rejected };
    return values ? { ...known, record: item.record } : known;
  });
}

function linesOf(
  entries: readonly Entry[],
  lineOf: (item: Entry['items'][number], sequence: number, at: number) => object | undefined,
): string {
  return entries
    .flatMap(({ first, at, items }) =>
      items.flatMap((item, index) => {
        const line = lineOf(item, first + index, at);
        return line === undefined ? [] : [`${JSON.stringify(line)}\n`];
      }),
    )
    .join('');
}
