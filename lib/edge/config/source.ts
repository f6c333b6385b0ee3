import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RowRules } from '../normalize/row.ts';
import { readAggregate } from './aggregate.ts';
import { readAlarms } from './alarm.ts';
import { readRules } from './columns.ts';
import type { SourceConfig } from './config.ts';
import { contractColumns } from './contract-columns.ts';
import { readInput } from './input.ts';
import { Section } from './section.ts';

const KEYS = [
  'name',
  'prefix',
  'contract',
  'table',
  'files',
  'sql',
  'mqtt',
  'columns',
  'keep',
  'drop',
  'hash',
  'hashKey',
  'aggregate',
  'alarms',
  'quarantineValues',
];
const WORD = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const LEAST_KEY = 16;

/** The sources of a site, each with the contract's table that it fills. */
export function readSources(root: Section, folder: string): SourceConfig[] {
  const list = root.view.list('sources');
  if (list.length === 0) {
    const place = (root.view.get('sources') ?? root.view).place;
    root.findings.error(2, place, 'there are no sources', 'add "sources:" with at least one');
  }
  const names = new Set<string>();
  return list.flatMap((view) => {
    const section = new Section(view, KEYS, root.findings);
    const name = section.required('name', 'press-readings');
    if (name !== '' && !WORD.test(name)) {
      section.wrong('name', `is "${name}"`, 'write lower-case words joined by hyphens', 5);
    }
    if (names.has(name) && name !== '')
      section.wrong('name', `is "${name}", which another source has`, 'rename one of them', 5);
    names.add(name);
    const source = readSource(section, name, folder, root.text('site') ?? '');
    return source === undefined ? [] : [source];
  });
}

function readSource(section: Section, name: string, folder: string, site: string): SourceConfig | undefined {
  const input = readInput(section, folder, `weft-edge-${site}-${name}`);
  const contract = contractColumns(section, folder);
  const privacy = readPrivacy(section, folder);
  const aggregate = readAggregate(section, privacy);
  const fields = aggregate?.outputs;
  if (input === undefined || contract === undefined) return undefined;
  const columns = readRules(section, contract, fields, { site, source: name });
  const seen =
    aggregate === undefined
      ? contract.map((column) => column.name)
      : aggregate.config.fields.columns.map(({ column }) => column);
  return {
    name,
    prefix: prefixOf(section, name),
    input,
    // What is gathered was cleaned before: an aggregate's own columns are not fields of a record.
    rows: aggregate === undefined ? { ...privacy, columns } : { columns, drop: [], hashKey: privacy.hashKey },
    ...(aggregate === undefined ? {} : { aggregate: aggregate.config }),
    alarms: readAlarms(section, seen),
    quarantineValues: section.flag('quarantineValues', false),
  };
}

function prefixOf(section: Section, name: string): string {
  const prefix = section.text('prefix') ?? `${name}/`;
  const sound = /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_=-]+)*\/$/.test(prefix);
  if (!sound)
    section.wrong('prefix', `is "${prefix}"`, 'write folders with a slash at the end, e.g. machine-readings/');
  if (/^(quarantine|edge|runs)\//.test(prefix)) {
    section.wrong('prefix', `is "${prefix}", which is the landing bucket's own`, 'use another');
  }
  return prefix;
}

function readPrivacy(section: Section, folder: string): Omit<RowRules, 'columns'> {
  const keep = section.texts('keep');
  const file = section.text('hashKey');
  const hashed = section.texts('hash') ?? [];
  const path = file === undefined ? undefined : resolve(folder, file);
  const hashKey = path !== undefined && existsSync(path) ? readFileSync(path) : undefined;
  if (path !== undefined && hashKey === undefined) {
    section.wrong(
      'hashKey',
      `names ${file}, which is not there`,
      'make it once, e.g. openssl rand -out hash.key 32',
      11,
    );
  } else if (hashKey !== undefined && hashKey.length < LEAST_KEY) {
    section.wrong('hashKey', `names a file of ${hashKey.length} bytes`, `use at least ${LEAST_KEY} random bytes`, 11);
  } else if (hashed.length > 0 && hashKey === undefined) {
    const fix = 'add "hashKey: <file of random bytes>"';
    const place = (section.view.get('hash') ?? section.view).place;
    section.findings.error(11, place, '"hash" has no key, and could be guessed', fix);
  }
  return {
    drop: section.texts('drop') ?? [],
    ...(keep === undefined ? {} : { keep }),
    ...(hashKey === undefined ? {} : { hashKey }),
  };
}
