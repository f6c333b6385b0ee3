import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from '@jest/globals';
import type { Cloud } from '#local/core/cloud.ts';
import type { Call, Observer } from '#local/core/service.ts';

/** Words that could be a secret: long enough, of the letters that keys, tokens and passwords are made of. */
const WORD = /[A-Za-z0-9+/_-]{16,}/g;
/** A signed address, and a header that proves who somebody is: nobody has to have collected those. */
const SIGNED = /X-Amz-Signature=|Signature=[0-9a-f]{64}|aws4_request/;

/**
 * Watches that no secret of a suite comes to where it could be read by somebody else: what Lambdas logged, answers of the API, events, messages, the trail.
 * Secrets are the keys and tokens of every session, what Secrets Manager gives out, the keys of masked columns, and what the suite plants.
 * To be called where hooks may be registered, before the suite's own.
 */
export function keepingSecrets(): { watch(cloud: Cloud): void; plant(secret: string): string } {
  const secrets = new Set<string>();
  const planted = new Set<string>();
  const told: { readonly where: string; readonly text: string }[] = [];
  const clouds: Cloud[] = [];
  const keep = (text: unknown) => {
    for (const [word] of String(text ?? '').matchAll(WORD)) secrets.add(word);
  };
  const observer: Observer = {
    before({ action, headers, input }: Call) {
      keep(headers?.['x-amz-security-token']);
      const where = SINKS[action];
      if (where !== undefined) told.push({ where, text: JSON.stringify(input) });
    },
    after({ service, operation }: Call, { output }) {
      const given = output as
        | { Credentials?: { SecretAccessKey?: string }; SecretString?: string; body?: unknown }
        | undefined;
      if (service === 'sts') keep(given?.Credentials?.SecretAccessKey);
      if (operation === 'GetSecretValue') keep(passwordIn(given?.SecretString));
      if (service === 'execute-api') told.push({ where: ANSWER, text: String(given?.body) });
    },
  };
  afterAll(() => {
    for (const { folder } of clouds) {
      for (const text of filesBelow(join(folder, 's3'), /-mask-keys-/)) keep(text);
      for (const text of filesBelow(join(folder, 's3'), /-(?:audit|witness)-/)) told.push({ where: 'the trail', text });
      for (const text of filesBelow(folder, /^logs$/)) told.push({ where: 'a log', text });
    }
    const places = new Set(told.map(({ where }) => where));
    for (const where of ['a log', ANSWER, 'the trail', 'an event']) expect(places).toContain(where);
    expect(secrets.size).toBeGreaterThan(1);
    // What somebody sent comes back to him, to say what is wrong with it, and to nobody else.
    const others = new Set([...secrets, ...planted]);
    const leaks = told.flatMap(({ where, text }) =>
      found(text, where === ANSWER ? secrets : others).map((what) => `${what} is in ${where}`),
    );
    expect(leaks).toEqual([]);
  });
  return {
    watch(cloud) {
      clouds.push(cloud);
      cloud.observe(observer);
    },
    /** Takes a word as a secret of whoever sends it, and gives it back to be put somewhere. */
    plant(secret) {
      planted.add(secret);
      return secret;
    },
  };
}

const ANSWER = 'an answer of the API';

const SINKS: Readonly<Record<string, string>> = {
  'events:PutEvents': 'an event',
  'sqs:SendMessage': 'a message',
  'sns:Publish': 'a message',
};

/** A secret, with what stands around it; the secret itself is not told again. */
function found(text: string, secrets: ReadonlySet<string>): string[] {
  const words = [...text.matchAll(WORD)].filter(([word]) => secrets.has(word));
  const shown = words.map(
    ({ index, 0: word }) => `${text.slice(Math.max(0, index - 60), index)}[${word.slice(0, 4)}…]`,
  );
  const signed = SIGNED.exec(text);
  return [
    ...new Set(shown),
    ...(signed === null ? [] : [text.slice(Math.max(0, signed.index - 60), signed.index + 30)]),
  ];
}

function passwordIn(secret: string | undefined): string | undefined {
  return /"password"\s*:\s*"([^"]+)"/.exec(secret ?? '')?.[1];
}

/** The texts of every file below the folders whose names fit. */
function filesBelow(folder: string, name: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && name.test(entry.name))
    .flatMap((entry) =>
      readdirSync(join(folder, entry.name), { withFileTypes: true, recursive: true })
        .filter((file) => file.isFile())
        .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8')),
    );
}
