import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROUTES as COMMANDS } from '#lambdas/api/routes.ts';
import { ROUTES as DOCUMENTS } from '#lambdas/publish/routes.ts';
import { type ApiCallDeps, answerCall } from '#lambdas/shared/api-call.ts';
import { FairShare } from '#lambdas/shared/fair-share.ts';
import { DOCUMENT_LIMITS } from '#lambdas/shared/limits.ts';
import { withStops } from '#mesh/subscription/stop.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { ROUTES as DEPLOYED, DOCUMENT_ROUTES } from '#stacks/governance/mesh-api.ts';
import { createWorld, TOPOLOGY } from '../control/world.ts';
import { fillRegistry, IDS } from './access-registry.ts';
import { type AccessRow, CALLERS, callersIn, TABLE } from './access-table.ts';

const ROUTES = { ...COMMANDS, ...DOCUMENTS };
const file = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
const PLACES: Readonly<Record<string, string>> = {
  ...IDS,
  product: file('orders.odps.yaml'),
  contract: file('orders.odcs.yaml'),
};

/** Three domains and a partner, the trail in an account of its own, and two applications of the consumer. */
const MESH: Topology = {
  ...TOPOLOGY,
  auditAccount: '666666666666',
  witnessAccount: '777777777777',
  domains: [
    ...TOPOLOGY.domains,
    {
      name: 'supplier',
      account: '555555555555',
      owners: ['Dot'],
      contact: 'dot@example.com',
      external: true,
      terms: 'https://example.com/terms',
    },
  ],
  applications: [
    { name: 'reporting', role: 'arn:aws:iam::333333333333:role/reporting', state: 'approved' },
    { name: 'exporter', role: 'arn:aws:iam::333333333333:role/service/exporter', state: 'suspended' },
  ],
};

/** Reads that are asked again and again of what never changes: every call sees the registry as it was filled. */
function remembered<T extends object>(target: T): T {
  const known = new Map<string, unknown>();
  return new Proxy(target, {
    get: (from, name) => {
      const member = Reflect.get(from, name) as unknown;
      if (typeof member !== 'function') return member;
      return (...rest: unknown[]) => {
        const key = JSON.stringify([String(name), rest]);
        if (!known.has(key)) known.set(key, Reflect.apply(member, from, rest));
        return known.get(key);
      };
    },
  });
}

/** Whoever comes to write has been let through. */
const WROTE = 'it would be written';

describe('access to the API', () => {
  let deps: ApiCallDeps;
  let attempts = 0;
  let played = 0;
  const silent = new Set(Object.keys(TABLE.words));

  // Each word was there to be told, and somebody was, where every row was played.
  afterAll(() => expect(played === rows.length ? [...silent] : []).toEqual([]));

  beforeAll(async () => {
    const { registry, governance } = await createWorld();
    await fillRegistry(registry);
    const topology = async () => withStops(MESH, await registry.domains());
    const writes = {
      write: async () => {
        throw new Error(WROTE);
      },
    };
    const policies = { ...governance.policies, topology };
    // What comes with the stacks is taken in once.
    const first = { ...governance, policies, topology, members: topology };
    deps = { ...first, share: new FairShare(() => 0), limits: DOCUMENT_LIMITS, logger: { warn: () => {} } };
    await answer('GET /policies', {}, 'governance/platform');
    const kept = remembered(registry);
    deps = {
      ...deps,
      registry: {
        ...kept,
        ...Object.fromEntries(Object.keys(registry).map((name) => [name, Reflect.get(kept, name)])),
        ...writes,
        attempt: async ({ change }) => {
          if (String(change.details?.code).startsWith('WEFT-AUTH')) attempts += 1;
        },
      },
      policies: { ...policies, store: Object.assign(Object.create(remembered(policies.store)), writes) },
    };
  });

  const filled = (value: unknown): string | null =>
    value === undefined
      ? null
      : JSON.stringify(value, (_key, member: unknown) =>
          typeof member === 'string' ? (PLACES[/^\{(\w+)\}$/.exec(member)?.[1] ?? ''] ?? member) : member,
        );

  const answer = async (route: string, row: Partial<AccessRow>, who: string) => {
    const [httpMethod = '', resource = ''] = route.split(' ');
    const path = { domain: 'sales', name: 'orders', ...row.path };
    const event = {
      httpMethod,
      resource,
      pathParameters: JSON.parse(filled(path) ?? '{}') as Record<string, string>,
      queryStringParameters: row.query ?? null,
      body: filled(row.body),
      requestContext: { requestId: 'c-1', identity: { userArn: CALLERS[who] ?? null } },
    };
    let cause: unknown;
    const logger = {
      warn: (_message: string, more: Record<string, unknown>) => {
        cause = more.cause;
      },
    };
    const { statusCode, body } = await answerCall(event, ROUTES, { ...deps, logger });
    const code = (JSON.parse(body) as { error?: { code: string } }).error?.code;
    if (statusCode === 500 && (cause as Error).message !== WROTE) throw new Error(JSON.stringify(cause));
    return { status: statusCode, code, body };
  };

  test('has rows for every route, and no others', () => {
    expect(Object.keys(TABLE.routes).toSorted()).toEqual(Object.keys(ROUTES).toSorted());
    expect([...DEPLOYED].toSorted()).toEqual(Object.keys(ROUTES).toSorted());
    expect([...DOCUMENT_ROUTES].toSorted()).toEqual(Object.keys(DOCUMENTS).toSorted());
  });

  const rows = Object.entries(TABLE.routes).flatMap(([route, all]) =>
    all.map(
      (row) =>
        [
          `${route} ${JSON.stringify({ ...row.path, ...row.query, ...(row.body as object) }).slice(0, 80)}`,
          route,
          row,
        ] as const,
    ),
  );

  test.each(rows)('%s', async (_name, route, row) => {
    const allowed = callersIn(row.allowed);
    const through: string[] = [];
    const told: string[] = [];
    attempts = 0;
    played += 1;
    for (const who of Object.keys(CALLERS)) {
      const { status, code = '', body } = await answer(route, row, who);
      if (status === 403) expect([who, code]).toEqual([who, expect.stringMatching(/^WEFT-AUTH-00[123]$/)]);
      else through.push(who);
      for (const [word, { to }] of Object.entries(TABLE.words)) {
        if (!body.includes(word)) continue;
        silent.delete(word);
        if (!callersIn(to).has(who)) told.push(`${who} is told ${word}`);
      }
    }
    expect(through.toSorted()).toEqual([...allowed].toSorted());
    expect(told).toEqual([]);
    // Whoever was refused is in the trail.
    expect(attempts).toBe(Object.keys(CALLERS).length - allowed.size);
  });
});
