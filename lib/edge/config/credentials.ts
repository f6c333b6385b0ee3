import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CredentialsConfig } from './config.ts';
import type { Section } from './section.ts';

const KEYS = ['certificate', 'key', 'chain', 'trustAnchor', 'profile', 'role', 'endpoint'];
const ARNS: Readonly<Record<string, RegExp>> = {
  trustAnchor: /^arn:aws[\w-]*:rolesanywhere:[a-z0-9-]+:\d{12}:trust-anchor\/[\w-]+$/,
  profile: /^arn:aws[\w-]*:rolesanywhere:[a-z0-9-]+:\d{12}:profile\/[\w-]+$/,
  role: /^arn:aws[\w-]*:iam::\d{12}:role\/.+$/,
};

/** Where the agent's credentials come from: the device's certificate, or the environment. */
export function readCredentials(section: Section, folder: string): CredentialsConfig {
  const anywhere = section.below('rolesAnywhere', KEYS);
  if (anywhere === undefined) {
    if (!section.flag('environment', false)) {
      const fix = 'add "rolesAnywhere:" with certificate, key, trustAnchor, profile and role, or "environment: true"';
      section.findings.error(12, section.view.place, '"credentials" names none', fix);
    }
    return { kind: 'environment' };
  }
  const file = (key: string, example: string) => {
    const name = anywhere.required(key, example);
    const path = resolve(folder, name);
    if (name !== '' && !existsSync(path)) {
      anywhere.wrong(key, `names ${name}, which is not there`, 'name a PEM file', 12);
    }
    return path;
  };
  const arn = (key: string, example: string) => {
    const text = anywhere.required(key, example);
    if (text !== '' && !ARNS[key]?.test(text))
      anywhere.wrong(key, `is "${text}"`, `write an ARN such as ${example}`, 12);
    return text;
  };
  const endpoint = anywhere.address('endpoint');
  return {
    kind: 'roles-anywhere',
    certificate: file('certificate', 'device.pem'),
    key: file('key', 'device.key'),
    ...(anywhere.text('chain') === undefined ? {} : { chain: file('chain', 'chain.pem') }),
    trustAnchor: arn('trustAnchor', 'arn:aws:rolesanywhere:<region>:<account>:trust-anchor/<id>'),
    profile: arn('profile', 'arn:aws:rolesanywhere:<region>:<account>:profile/<id>'),
    role: arn('role', 'arn:aws:iam::<account>:role/<name>'),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}
