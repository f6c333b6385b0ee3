import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { InputConfig } from './config.ts';
import type { Section } from './section.ts';

const FILES = ['folder', 'pattern', 'format', 'delimiter', 'every', 'quiet'];
const SQL = ['url', 'passwordFrom', 'ca', 'query', 'key', 'start', 'every'];
const MQTT = ['url', 'topics', 'clientId', 'passwordFrom', 'ca', 'topicField'];

/** Where a source reads: files, SQL or MQTT, and one of them only. */
export function readInput(source: Section, folder: string, clientId: string): InputConfig | undefined {
  const given = ['files', 'sql', 'mqtt'].filter((kind) => source.view.get(kind) !== undefined);
  if (given.length !== 1) {
    const what = given.length === 0 ? 'reads from nowhere' : `reads from ${given.join(' and ')}`;
    const fix = 'give it one of "files:", "sql:" and "mqtt:"; a second input is a second source';
    source.findings.error(13, source.view.place, `the source "${source.text('name') ?? ''}" ${what}`, fix);
    return undefined;
  }
  const files = source.below('files', FILES);
  if (files !== undefined) return readFiles(files, folder);
  const sql = source.below('sql', SQL);
  if (sql !== undefined) return readSql(sql, folder);
  const mqtt = source.below('mqtt', MQTT);
  return mqtt === undefined ? undefined : readMqtt(mqtt, folder, clientId);
}

function readFiles(section: Section, folder: string): InputConfig {
  const delimiter = section.text('delimiter') ?? ',';
  const character = delimiter === '\\t' ? '\t' : delimiter;
  if (character.length !== 1) section.wrong('delimiter', `is "${delimiter}"`, 'write one character');
  return {
    kind: 'files',
    folder: resolve(folder, section.required('folder', './incoming')),
    pattern: section.text('pattern') ?? '*',
    format: section.oneOf('format', ['csv', 'json'], 'csv'),
    delimiter: character,
    every: section.duration('every', 5_000),
    quiet: section.duration('quiet', 60_000),
  };
}

function readSql(section: Section, folder: string): InputConfig {
  const query = section.required('query', 'select … where id > :after order by id limit 1000');
  const key = section.required('key', 'id');
  const flat = query.toLowerCase().replaceAll(/\s+/g, ' ');
  if (query !== '' && !/:after\b/.test(query)) {
    section.wrong('query', 'has no :after', `ask only for what is new: where ${key || 'id'} > :after`, 13);
  }
  if (query !== '' && key !== '' && !flat.includes(`order by ${key.toLowerCase()}`)) {
    section.wrong('query', `is not ordered by ${key}`, `end it with order by ${key} limit 1000`, 13);
  }
  if (query !== '' && !/^(select|with) /.test(flat)) section.wrong('query', 'is no SELECT', 'the agent only reads', 13);
  return {
    kind: 'sql',
    url: address(section, ['postgres:', 'postgresql:'], 'postgres://reader@127.0.0.1:5432/mes'),
    query,
    key,
    start: section.text('start') ?? '0',
    every: section.duration('every', 5_000),
    ...secrets(section, folder),
  };
}

function readMqtt(section: Section, folder: string, clientId: string): InputConfig {
  const topics = section.texts('topics') ?? [];
  const topicField = section.text('topicField');
  if (topics.length === 0) section.wrong('topics', 'names none', 'add e.g. topics: ["plant/+/reading"]', 13);
  return {
    kind: 'mqtt',
    url: address(section, ['mqtt:', 'mqtts:'], 'mqtt://127.0.0.1:1883'),
    topics,
    clientId: section.text('clientId') ?? clientId,
    ...(topicField === undefined ? {} : { topicField }),
    ...secrets(section, folder),
  };
}

function address(section: Section, protocols: readonly string[], example: string): string {
  const url = section.required('url', example);
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (url !== '' && (parsed === undefined || !protocols.includes(parsed.protocol))) {
    section.wrong('url', `is "${url}"`, `write an address such as ${example}`, 13);
  }
  if (parsed?.password !== undefined && parsed.password !== '') {
    section.wrong(
      'url',
      'holds a password',
      'take it out, and name the variable that has it: passwordFrom: MES_PASSWORD',
      13,
    );
  }
  return url;
}

function secrets(section: Section, folder: string): { readonly passwordFrom?: string; readonly ca?: string } {
  const [passwordFrom, ca] = [section.text('passwordFrom'), section.text('ca')];
  if (ca !== undefined && !existsSync(resolve(folder, ca))) {
    section.wrong('ca', `names ${ca}, which is not there`, 'name a PEM file', 12);
  }
  return {
    ...(passwordFrom === undefined ? {} : { passwordFrom }),
    ...(ca === undefined ? {} : { ca: resolve(folder, ca) }),
  };
}
