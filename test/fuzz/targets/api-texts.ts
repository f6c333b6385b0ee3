import { readFileSync } from 'node:fs';
import { between, type Chance, pick, times } from '../chance.ts';
import { mutate, somePiece } from '../mutate.ts';
import { mutateTree } from '../tree.ts';

/** One call of the API; `$0` in a path is the first id that an answer of the same input told, `$1` the second; `$next` in a query is the last place in a list that one told. */
export interface ApiInput {
  readonly as: string;
  readonly route: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string | null;
}

const file = (name: string) => readFileSync(new URL(`../../lambdas/fixtures/${name}`, import.meta.url), 'utf8');
const FILES = { product: file('orders.odps.yaml'), contracts: { 'orders.odcs.yaml': file('orders.odcs.yaml') } };
const PUBLISH: ApiInput = {
  as: 'sales/producer',
  route: 'POST /products',
  path: {},
  query: {},
  body: JSON.stringify(FILES),
};
const WISH = { product: 'sales/orders', purpose: 'to know' };
const ASK: ApiInput = {
  as: 'finance/analyst',
  route: 'POST /subscriptions',
  path: {},
  query: {},
  body: JSON.stringify(WISH),
};

/** A sound body of each route that takes one. */
const BODIES: Readonly<Record<string, object>> = {
  'POST /products': FILES,
  'POST /products/plan': FILES,
  'POST /subscriptions': {
    ...WISH,
    columns: { orders: ['id', 'email'] },
    rows: { orders: "id > 1 AND email LIKE 'a%'" },
    expiresAt: '2026-12-01T00:00:00Z',
    principals: ['arn:aws:iam::333333333333:role/x'],
  },
  'POST /subscriptions/plan': { ...WISH, tables: ['orders'] },
  'POST /subscriptions/{id}/decision': { decision: 'approve', reason: 'because', scope: { clearance: 'internal' } },
  'POST /subscriptions/{id}/revocation': { reason: 'no longer' },
  'POST /subscriptions/{id}/suspension': { action: 'suspend', reason: 'a' },
  'POST /subscriptions/{id}/renewal': { until: '2026-11-01T00:00:00Z', reason: 'b' },
  'POST /domains/{domain}/suspension': { action: 'suspend', reason: 'c', reach: 'consuming' },
  'POST /products/{domain}/{name}/suspension': { action: 'suspend', reason: 'd' },
  'POST /products/{domain}/{name}/deprecation': {
    action: 'deprecate',
    major: 1,
    sunset: '2026-12-24',
    reason: 'old',
    successor: 2,
  },
  'POST /products/{domain}/{name}/retirement': { major: 1, force: true, reason: 'gone' },
  'POST /products/{domain}/{name}/rollout': { to: 2, share: 50, reason: 'slowly' },
  'POST /products/{domain}/{name}/report': {
    major: 1,
    quality: 'failed',
    rule: 'unique',
    message: 'm',
    delivered: '2026-03-01T00:00:00Z',
    table: 'orders',
  },
  'POST /products/{domain}/{name}/feedback': { major: 1, rating: 4, text: 'good' },
  'POST /products/{domain}/{name}/quality': { action: 'release', major: 1, reason: 'fine' },
  'POST /products/{domain}/{name}/hold': {
    action: 'place',
    reason: 'law',
    table: 'orders',
    until: '2027-01-01T00:00:00Z',
  },
  'POST /products/{domain}/{name}/export': { major: 1, purpose: 'to take away' },
  'POST /alerts': {
    id: 'a1',
    rule: 'r',
    severity: 'high',
    response: 'none',
    message: 'm',
    subject: 's',
    principal: 'p',
    products: ['sales/orders'],
    subscriptions: [],
    from: '2026-03-01T00:00:00Z',
    at: '2026-03-01T00:00:00Z',
    until: '2026-03-01T00:00:00Z',
    facts: { n: 1 },
  },
  'POST /alerts/{id}/acknowledgement': { reason: 'seen' },
  'POST /drift/check': { product: 'sales/orders' },
  'POST /drift/repair': { product: 'sales/orders' },
  'POST /entitlements': {
    domain: 'sales',
    to: 'finance',
    classification: 'internal',
    purpose: 'audit',
    expiresAt: '2026-12-01T00:00:00Z',
  },
  'POST /entitlements/plan': { to: 'finance', classification: 'public', purpose: 'audit' },
  'POST /entitlements/{id}/revocation': { reason: 'over' },
  'POST /policies': { scope: 'sales', files: { 'x.cedar': 'permit(principal, action, resource);' }, reason: 'e' },
  'POST /policies/{scope}/{version}/decision': { decision: 'approve', reason: 'f' },
};
const PEOPLE = [
  'sales/producer',
  'sales/steward',
  'sales/analyst',
  'finance/analyst',
  'finance/steward',
  'research/analyst',
  'governance/platform',
  'governance/auditor',
];
const QUERY_KEYS = [
  'major',
  'domain',
  'state',
  'text',
  'product',
  'limit',
  'next',
  'prefix',
  'from',
  'until',
  'table',
  'column',
  'direction',
  'depth',
  'at',
  'q',
  'constructor',
  '__proto__',
  'consumer',
];
const WORDS = [
  'sales',
  'finance',
  'orders',
  '$0',
  '$1',
  '$next',
  'global',
  '1',
  '0',
  '-1',
  'constructor',
  '__proto__',
  '',
  'sales/orders',
  'sales.orders.v1.finance.x',
  '../mesh',
  'SALES',
  'orders#',
  'a|b',
];
const VALUES: readonly unknown[] = [
  ...WORDS,
  'orders',
  'id',
  'email',
  'id = 1 OR 1 = 1',
  "email = '' --",
  '2026-01-01',
  '9999-12-31T23:59:59Z',
  '0000-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-03-01T00:00:00+25:00',
  '*',
  ['*'],
  ['orders', 'orders'],
  { orders: ['*'] },
  { constructor: ['id'] },
  { orders: 'id IN (1' },
  'arn:aws:iam::333333333333:root',
  'secret',
  'everything',
];

/** Some calls, one after the other, in a mesh of its own. */
export function someCalls(chance: Chance, routes: readonly string[]): string {
  const before = chance() < 0.8 ? [PUBLISH, ...(chance() < 0.6 ? [ASK] : [])] : [];
  return JSON.stringify([...before, ...times(chance, 1, 4, () => call(chance, routes))]);
}

function call(chance: Chance, routes: readonly string[]): ApiInput {
  const route = pick(chance, routes);
  const names = [...route.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const path = Object.fromEntries(names.map((name) => [name, segment(chance, name)]));
  const query = Object.fromEntries(
    times(chance, 0, 2, () => [pick(chance, QUERY_KEYS), chance() < 0.8 ? pick(chance, WORDS) : somePiece(chance)]),
  );
  return { as: pick(chance, PEOPLE), route, path, query, body: bodyOf(chance, route) };
}

function segment(chance: Chance, name: string): string {
  const usual: Readonly<Record<string, string>> = {
    domain: 'sales',
    name: 'orders',
    id: '$0',
    scope: 'sales',
    version: '1',
  };
  const how = chance();
  if (how < 0.65) return usual[name] ?? 'x';
  return how < 0.9 ? pick(chance, WORDS) : somePiece(chance);
}

function bodyOf(chance: Chance, route: string): string | null {
  const sound = BODIES[route];
  if (sound === undefined) return chance() < 0.8 ? null : somePiece(chance);
  const how = chance();
  if (how < 0.25) return JSON.stringify(sound);
  if (how < 0.85) return JSON.stringify(mutateTree(chance, sound, VALUES));
  if (how < 0.95) return mutate(chance, JSON.stringify(sound));
  return pick(chance, [
    null,
    '',
    'null',
    '[]',
    '1',
    '"x"',
    '{',
    `{"__proto__":{"polluted":1}}`,
    `{"constructor":{"prototype":{"polluted":1}}}`,
    `{"a":${'['.repeat(between(chance, 1, 5_000))}`,
    `{"purpose":"${'x'.repeat(400_000)}"}`,
  ]);
}
