import { userError } from './error.ts';

/**
 * The format in which the registry's records are written: the member `format` of each item. It is raised when a record could be misread by the version before, and not for a member that
 * comes to what is there already, which everybody passes over. Format 1 are the records without that member.
 */
export const WRITTEN_FORMAT = 2;

/**
 * The newest format that is understood. A format is read one release before it is written, because the Lambdas of a stack are not replaced in the same moment, and so that the release before can be put back.
 */
export const READ_FORMAT = 2;

/** An item of the registry as it stands there, keys and all. */
export type StoredRecord = Readonly<Record<string, unknown>>;

/** Makes of a record of one format the same of the next. */
type Migration = (record: StoredRecord) => StoredRecord;

/** The step from format `index + 1` to the next. */
const MIGRATIONS: readonly Migration[] = [withFilteredTables];

/**
 * A record in today's shape without its `format`, whatever version wrote it.
 * @throws WEFT-UPGRADE-001 when a newer version wrote it: nothing is guessed.
 */
export function inTodaysFormat({ format = 1, ...record }: StoredRecord): StoredRecord {
  const known = typeof format === 'number' && Number.isInteger(format) && format >= 1 && format <= READ_FORMAT;
  if (!known) throw fromTomorrow(record, format);
  return MIGRATIONS.slice(format - 1).reduce((before, migrate) => migrate(before), record as StoredRecord);
}

function fromTomorrow({ type, pk, sk }: StoredRecord, format: unknown): Error {
  const which = [type, pk, sk].filter((part) => part !== undefined).join(' ');
  return userError(
    'WEFT-UPGRADE-001',
    `\`${which}\` is in format ${JSON.stringify(format)} of the registry, and this version reads formats 1 to ${READ_FORMAT}`,
    { hint: 'deploy the newer version of the governance stacks again; docs/upgrading.md has the way back' },
  );
}

/**
 * Format 2: what is left of earlier intents says which of its tables had filters. Where it does not, each may have had some, so that an agent looks at all of them before they are called gone.
 */
function withFilteredTables(record: StoredRecord): StoredRecord {
  const intent = record.type === 'share' ? (record.intent as StoredRecord | undefined) : undefined;
  const former = intent?.former as StoredRecord | undefined;
  if (former === undefined || former.filtered !== undefined) return record;
  return { ...record, intent: { ...intent, former: { ...former, filtered: former.tables } } };
}
