import type { Journal } from '../buffer/journal.ts';
import type { Segment } from '../buffer/segment.ts';
import type { Tell } from '../sources/source.ts';
import type { Landing } from '../upload/landing.ts';
import { alarmKey, type Origin, quarantineKey, quarantineLines, rowLines, rowsKey } from '../upload/objects.ts';
import type { Stream } from './stream.ts';

export interface SendingOptions {
  readonly group: string;
  readonly site: string;
  readonly landing: Landing;
  readonly tell: Tell;
}

/**
 * Sends what is ready of a stream, oldest first, and deletes it when S3 has it. Throws what S3 or the way to it says: nothing is deleted then,
 * and the next time the same objects are sent under the same keys, which S3 takes once.
 */
export async function sendStream(stream: Stream, options: SendingOptions): Promise<void> {
  await sendAlarms(stream, options);
  for (const segment of [...stream.out.closed]) await sendSegment(stream, stream.out, segment, options);
  if (stream.raw === undefined) return;
  for (const segment of [...stream.raw.closed]) await sendGathered(stream, stream.raw, segment, options);
}

async function sendAlarms(stream: Stream, { group, site, landing }: SendingOptions): Promise<void> {
  const origin = originOf(stream, stream.incoming, group, site);
  for (let alarm = stream.pending[0]; alarm !== undefined; alarm = stream.pending[0]) {
    const body = `${JSON.stringify({ site, source: origin.source, ...alarm })}\n`;
    await landing.putOnce(alarmKey(origin, alarm), body);
    stream.pending.shift();
  }
}

async function sendSegment(stream: Stream, journal: Journal, segment: Segment, options: SendingOptions): Promise<void> {
  const { group, site, landing, tell } = options;
  const { prefix, quarantineValues, name: source } = stream.config;
  const { entries, damaged } = journal.read(segment);
  const { first, last } = segment;
  const origin = originOf(stream, journal, group, site);
  const rows = rowLines(entries, origin);
  const rejected = quarantineLines(entries, origin, quarantineValues);
  if (rejected !== '') await landing.putOnce(quarantineKey(prefix, origin, first, last), rejected);
  const key = rowsKey(prefix, origin, first, last);
  const fresh = rows === '' || (await landing.putOnce(key, rows));
  if (damaged)
    tell({ event: 'damaged', source, first, last, message: `the disk gave back other bytes of ${segment.name}` });
  journal.drop(segment, damaged);
  tell({ event: 'sent', source, first, last, key, ...(fresh ? {} : { again: true }) });
}

/** Of what is gathered only the reasons of refusals are sent; the records go when the windows that they are in were given. */
async function sendGathered(
  stream: Stream,
  journal: Journal,
  segment: Segment,
  options: SendingOptions,
): Promise<void> {
  const { aggregate, prefix, quarantineValues } = stream.config;
  const { entries, damaged } = journal.read(segment);
  const closed = stream.windowsClosed ?? 0;
  const waits = entries.some(({ items }) =>
    items.some(
      (item) => 'row' in item && Date.parse(`${String(item.row[aggregate?.time ?? '']).replace(' ', 'T')}Z`) >= closed,
    ),
  );
  if (waits) return;
  const origin = originOf(stream, journal, options.group, options.site);
  const rejected = quarantineLines(entries, origin, quarantineValues);
  if (rejected !== '')
    await options.landing.putOnce(quarantineKey(prefix, origin, segment.first, segment.last), rejected);
  journal.drop(segment, damaged);
}

function originOf(stream: Stream, journal: Journal, group: string, site: string): Origin {
  return { group, site, source: stream.config.name, journal: journal.id };
}
