import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AIRPORTS, ask, refusal } from '#cli/demo/sql.ts';
import { judging } from '../judge/judging.ts';
import { AUDIT } from '../stacks/audit-apart.ts';
import { aviation } from '../stacks/aviation.ts';
import { ANALYST, PRODUCT, RulesWorld } from './rules-world.ts';

const COUNT = `SELECT count(*) FROM ${AIRPORTS}`;
const NOT_GRANTED = /does not exist|Insufficient Lake Formation permission/;

const RULES = `
rules:
  - id: bulk
    message: read in bulk
    looksAt: reads
    who: { domains: [analytics], roles: [analyst] }
    raise: { within: 1h, queries: 5 }
    severity: critical
    response: suspend
  - id: denied
    message: denied again and again
    looksAt: denials
    per: session
    raise: { within: 1h, attempts: 3 }
    severity: high
`;

const small = (apart: boolean) => {
  const topology = aviation();
  const domains = topology.domains.filter(({ name }) => ['airport-reference', 'analytics'].includes(name));
  return { ...topology, domains, ...(apart ? { auditAccount: AUDIT } : {}) };
};

describe.each([
  ['an audit account apart', true],
  ['the trail in the governance account', false],
])('audit rules, with %s', (_what, apart) => {
  const permits = judging();
  let mesh: RulesWorld;

  beforeAll(async () => {
    mesh = await RulesWorld.open(small(apart), RULES, (world) => permits.watch(world.instance.cloud));
  }, 180_000);

  afterAll(() => mesh?.close());

  test('a bulk read is an alert and a suspension within one look, and the next query is refused', async () => {
    for (let query = 0; query < 4; query += 1) await ask(mesh.world, ANALYST, COUNT);
    await mesh.look();
    expect(await mesh.alerts()).toEqual([]);
    await ask(mesh.world, ANALYST, COUNT);
    await mesh.look();
    expect(await mesh.alerts()).toEqual([
      expect.objectContaining({
        rule: 'bulk',
        state: 'open',
        severity: 'critical',
        products: [PRODUCT],
        consumer: 'analytics',
        measured: { queries: 5 },
        suspended: [mesh.subscription],
      }),
    ]);
    expect(await mesh.show()).toMatchObject({
      suspensions: [{ side: 'weft:audit', reason: expect.stringMatching(/bulk/) }],
    });
    expect(await refusal(mesh.world, ANALYST, COUNT)).toMatch(NOT_GRANTED);
  }, 180_000);
});
