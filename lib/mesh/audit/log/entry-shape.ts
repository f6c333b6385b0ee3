import { canonicalText } from '../../canonical.ts';
import type { AuditEntry } from '../entry.ts';
import { ENTRY_KINDS } from '../kind.ts';

type Kind = 'text' | 'count' | 'texts' | 'hash';

/** What each member of an entry is, and whether an entry has to have it. */
const MEMBERS: Readonly<Record<keyof AuditEntry, { readonly is: Kind; readonly always?: true }>> = {
  id: { is: 'text', always: true },
  at: { is: 'text', always: true },
  kind: { is: 'text', always: true },
  actor: { is: 'text', always: true },
  action: { is: 'text', always: true },
  correlation: { is: 'text', always: true },
  reason: { is: 'text' },
  policies: { is: 'texts', always: true },
  entity: { is: 'text', always: true },
  domain: { is: 'text' },
  product: { is: 'text' },
  major: { is: 'count' },
  version: { is: 'text' },
  subscription: { is: 'text' },
  consumer: { is: 'text' },
  stateBefore: { is: 'text' },
  stateAfter: { is: 'text' },
  generation: { is: 'count' },
  revision: { is: 'count' },
  summary: { is: 'text', always: true },
  details: { is: 'text' },
  state: { is: 'text' },
  detailsRef: { is: 'hash' },
  stateRef: { is: 'hash' },
};

const IS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  count: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  texts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  hash: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
};

/** An entry as it stands in the log, or everything that is wrong with its text. */
export function readEntry(text: string): { readonly entry?: AuditEntry; readonly wrong: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { wrong: ['it is no JSON'] };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { wrong: ['it is no JSON object'] };
  const members = value as Readonly<Record<string, unknown>>;
  const wrong: string[] = [];
  for (const [name, { is, always }] of Object.entries(MEMBERS)) {
    if (members[name] === undefined) {
      if (always) wrong.push(`it has no \`${name}\``);
    } else if (!IS[is](members[name])) {
      wrong.push(`its \`${name}\` is ${JSON.stringify(members[name])?.slice(0, 80)}, not ${NAMES[is]}`);
    }
  }
  const unknown = Object.keys(members).filter((name) => !Object.hasOwn(MEMBERS, name));
  if (unknown.length > 0) wrong.push(`it has ${unknown.map((name) => `\`${name}\``).join(', ')}, which no entry has`);
  const { at, kind } = members;
  if (typeof at === 'string' && Number.isNaN(Date.parse(at)))
    wrong.push(`its \`at\` is ${JSON.stringify(at)}, no time`);
  if (typeof kind === 'string' && !(ENTRY_KINDS as readonly string[]).includes(kind))
    wrong.push(`its \`kind\` is ${JSON.stringify(kind)}, not one of ${ENTRY_KINDS.join(', ')}`);
  if (canonicalText(members) !== text) wrong.push('it is not written as RFC 8785 writes it');
  return wrong.length === 0 ? { entry: value as AuditEntry, wrong } : { wrong };
}

const NAMES: Readonly<Record<Kind, string>> = {
  text: 'text',
  count: 'a whole number of at least 0',
  texts: 'a list of texts',
  hash: 'a SHA-256 in hex',
};
