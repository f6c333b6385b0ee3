import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { query } from '#cli/athena.ts';
import { AIRPORTS, ask, refusal } from '#cli/demo/sql.ts';
import { waitForSubscription } from '#cli/wait.ts';
import { AwsError } from '#local/core/error.ts';
import type { Call, Observer } from '#local/core/service.ts';
import { readFacts, readsSql } from '#mesh/audit/rules/facts-sql.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';
import { AUDIT } from '../stacks/audit-apart.ts';
import { aviation } from '../stacks/aviation.ts';
import { ANALYST, PRODUCT, RulesWorld } from './rules-world.ts';

const COUNT = `SELECT count(*) FROM ${AIRPORTS}`;
const NOT_GRANTED = /does not exist|Insufficient Lake Formation permission/;
const HOUR = 3_600_000;

const BULK = `
  - id: bulk
    message: read in bulk
    looksAt: reads
    who: { domains: [analytics], roles: [analyst] }
    raise: { within: 1h, queries: 5 }
    severity: critical
    response: suspend
`;
const OTHERS = `
  - id: denied
    message: denied again and again
    looksAt: denials
    per: session
    raise: { within: 1h, attempts: 3 }
    severity: high
  - id: at-night
    message: read at night
    looksAt: reads
    what: { products: ['airport-reference/*'] }
    when: { outside: '05:00-23:00', days: [mon, tue, wed, thu, fri, sat, sun], zone: UTC }
    raise: { within: 2h, queries: 1 }
  - id: first-used
    message: used for the first time
    looksAt: reads
    what: { classification: public }
    raise: { first: product }
    severity: low
`;

const small = (apart: boolean) => {
  const topology = aviation();
  const domains = topology.domains.filter(({ name }) => ['airport-reference', 'analytics'].includes(name));
  return { ...topology, domains, ...(apart ? { auditAccount: AUDIT } : {}) };
};

describe.each([
  ['an audit account apart', true],
  ['the trail in the governance account', false],
])('a rule that suspends, with %s', (_what, apart) => {
  const permits = judging();
  let mesh: RulesWorld;

  beforeAll(async () => {
    mesh = await RulesWorld.open(small(apart), `rules:${BULK}`, (world) => permits.watch(world.instance.cloud));
  }, 180_000);

  afterAll(() => mesh?.close());

  /** Each step goes on where the one before it ended. */
  const STORY: Readonly<Record<string, () => Promise<void>>> = {
    'a bulk read is an alert and a suspension within one look, and the next query is refused': async () => {
      for (let asked = 0; asked < 4; asked += 1) await ask(mesh.world, ANALYST, COUNT);
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
      const suspensions = [expect.objectContaining({ side: 'weft:audit', reason: 'audit rule bulk: read in bulk' })];
      expect(await mesh.show()).toMatchObject({ suspensions });
      expect(await refusal(mesh.world, ANALYST, COUNT)).toMatch(NOT_GRANTED);
    },
    'the response is in the trail, with the rule and the queries that caused it': async () => {
      const sql = `SELECT action, kind, subscription, actor, reason, details FROM aviation_audit.entries
                 WHERE action IN ('AuditAlertRaised', 'SubscriptionSuspended') AND kind <> 'event' AND entity IN ('alert', 'subscription')`;
      const { rows } = await query(await mesh.world.as('governance/auditor'), sql);
      const [alert] = await mesh.alerts();
      expect(alert?.evidence).toHaveLength(5);
      expect(rows.map(([action]) => action).toSorted()).toEqual(['AuditAlertRaised', 'SubscriptionSuspended']);
      for (const [, kind, subscription, actor, , details] of rows) {
        expect([kind, subscription, actor]).toEqual([
          'command',
          mesh.subscription,
          expect.stringContaining('assumed-role/aviation-audit-rules/'),
        ]);
        expect(JSON.parse(details ?? '{}')).toMatchObject({ rule: 'bulk', evidence: alert?.evidence });
      }
    },
    'both sides are told by an event': async () => {
      const told = mesh.events.filter(({ type }) => type === 'AuditAlertRaised');
      expect(told).toEqual([
        expect.objectContaining({
          data: expect.objectContaining({
            rule: 'bulk',
            severity: 'critical',
            suspended: [mesh.subscription],
            audience: ['airport-reference', 'analytics'],
          }),
        }),
      ]);
    },
    'later looks at the same reads raise nothing': async () => {
      const before = await mesh.alerts();
      await mesh.look();
      await mesh.look();
      expect(await mesh.alerts()).toEqual(before);
    },
    'the people show it and take note of it; neither side lifts what the audit stopped, and the platform does':
      async () => {
        expect(await mesh.weft('audit', 'alerts', '--open', '--as', 'governance/auditor')).toMatch(
          /critical .*read in bulk/,
        );
        const [alert] = await mesh.alerts();
        const id = alert?.id ?? '';
        for (const side of ['analytics', 'airport-reference']) {
          const words = ['subscription', 'resume', mesh.subscription, '--as', `${side}/steward`];
          expect((await runWeft(words, { cwd: mesh.folder })).err).toMatch(/suspended by weft:audit.*WEFT-REQUEST-008/);
        }
        const auditor = await mesh.world.as('governance/auditor');
        const path = `/subscriptions/${mesh.subscription}/suspension`;
        await expect(auditor.api({ method: 'POST', path, body: { action: 'resume' } })).rejects.toThrow(
          /not authorized/,
        );
        await mesh.weft('audit', 'acknowledge', id, '--reason', 'the quarterly load', '--as', 'governance/auditor');
        expect(await mesh.weft('audit', 'alerts', '--as', 'governance/platform')).toMatch(/acknowledged/);
        expect(await mesh.weft('audit', 'alerts', '--open', '--as', 'governance/platform')).toMatch(
          /no rule was raised/,
        );
        await mesh.weft('subscription', 'resume', mesh.subscription, '--as', 'governance/platform');
        await waitForSubscription(await mesh.world.as(ANALYST), mesh.subscription, ['active']);
        await mesh.world.settle();
        expect((await ask(mesh.world, ANALYST, COUNT)).rows).toEqual([['3376']]);
      },
    'a look that died before or after the write is made good by the next one: one alert, one suspension': async () => {
      mesh.world.instance.cloud.clock.advance(3 * HOUR);
      for (let asked = 0; asked < 6; asked += 1) await ask(mesh.world, ANALYST, COUNT);
      const fault = new Fault();
      mesh.world.instance.cloud.observe(fault);
      fault.strikes = 'before';
      await mesh.look();
      expect(fault.struck).toBeGreaterThan(0);
      expect([(await mesh.alerts()).length, (await mesh.show()).suspensions]).toEqual([1, undefined]);
      fault.strikes = 'after';
      await mesh.look();
      fault.strikes = undefined;
      await mesh.look();
      const alerts = await mesh.alerts();
      expect(alerts.map(({ suspended }) => suspended)).toEqual([[mesh.subscription], [mesh.subscription]]);
      expect((await mesh.show()).suspensions).toHaveLength(1);
      expect(mesh.events.filter(({ type }) => type === 'AuditAlertRaised')).toHaveLength(2);
    },
    'the columns, bytes and subscriptions of the view `reads` become facts': async () => {
      const span = { since: '2026-03-02T00:00:00Z', until: '2026-03-03T00:00:00Z' };
      const sql = readsSql(span, MADE_READS);
      const facts = readFacts((await query(await mesh.world.as('governance/auditor'), sql)).rows);
      const jobs = facts.filter(({ principal }) => principal.endsWith('/job'));
      expect(jobs.map(({ at, columns, bytes }) => [at, columns, bytes]).toSorted()).toEqual([
        ['2026-03-02T11:00:00.000Z', [], 0],
        ['2026-03-02T11:05:00.000Z', [], 0],
      ]);
      expect(facts.filter((fact) => !jobs.includes(fact))).toEqual([
        {
          kind: 'read',
          id: 'q1',
          at: '2026-03-02T10:00:00.000Z',
          principal: 'arn:aws:iam::210000000014:role/x-analyst',
          session: 'mary',
          account: '1',
          domain: 'd',
          product: 'p',
          major: 1,
          table: 't',
          columns: ['a', 'b'],
          subscriptions: ['s1'],
          bytes: 500,
        },
      ]);
    },
    'what rules would have raised in the past is told, and nothing is raised': async () => {
      const before = await mesh.alerts();
      const until = new Date(mesh.world.instance.cloud.clock.now() + HOUR).toISOString();
      const words = ['audit', 'rules', '--try', `2026-01-01..${until}`, '--json', '--as', 'governance/auditor'];
      const { found } = JSON.parse(await mesh.weft(...words)) as { found: { rule: string }[] };
      expect(found.map(({ rule }) => rule)).not.toContain('bulk');
      expect(await mesh.alerts()).toEqual(before);
    },
  };

  // Where the trail is matters to what is looked at; what follows from it is the same.
  const steps = Object.entries(STORY).slice(0, apart ? undefined : 1);

  test(`${apart ? 'stops who reads in bulk, tells it, is lifted by the platform, and heals' : 'stops who reads in bulk'}`, async () => {
    for (const [step, play] of steps) {
      await play().catch((error: unknown) => {
        throw new Error(step, { cause: error });
      });
    }
  }, 300_000);
});

/** Rows of the view `reads` as the audit tables have it: one for each column of a query. */
const MADE_READS = `
  SELECT moment AS "at", made.* FROM (VALUES
    ('2026-03-02T10:00:00Z', '1', 'arn:aws:sts::210000000014:assumed-role/x-analyst/mary', 'mary', 'd', 'p', 1, 't', 'a', 's1', 'q1', 500, 'SUCCEEDED'),
    ('2026-03-02T10:00:00Z', '1', 'arn:aws:sts::210000000014:assumed-role/x-analyst/mary', 'mary', 'd', 'p', 1, 't', 'b', 's1', 'q1', 500, 'SUCCEEDED'),
    ('2026-03-02T10:01:00Z', '1', 'arn:aws:sts::210000000014:assumed-role/x-analyst/mary', 'mary', 'd', 'p', 1, 't', 'a', 's1', 'q2', 700, 'FAILED'),
    ('2026-03-03T10:01:00Z', '1', 'arn:aws:sts::210000000014:assumed-role/x-analyst/mary', 'mary', 'd', 'p', 1, 't', 'a', 's1', 'q3', 700, 'SUCCEEDED'),
    ('2026-03-02T11:00:00Z', '1', 'arn:aws:iam::1:role/job', 'run', 'd', 'p', 1, 't', CAST(NULL AS varchar), 'entitlement/e1', CAST(NULL AS varchar), CAST(NULL AS integer), CAST(NULL AS varchar)),
    ('2026-03-02T11:05:00Z', '1', 'arn:aws:iam::1:role/job', 'run', 'd', 'p', 1, 't', CAST(NULL AS varchar), 'entitlement/e1', CAST(NULL AS varchar), CAST(NULL AS integer), CAST(NULL AS varchar))
  ) AS made (moment, account, principal, session, domain, product, major, tablename, columnname, subscription, queryid, scannedbytes, state)`;

/** Lets no alert be written, or lets it be written and answers as if it were not. */
class Fault implements Observer {
  strikes: 'before' | 'after' | undefined;
  struck = 0;

  before(call: Call): void {
    if (this.strikes === 'before') this.#strike(call);
  }

  after(call: Call): void {
    if (this.strikes === 'after') this.#strike(call);
  }

  #strike({ operation, input }: Call): void {
    if (operation !== 'TransactWriteItems' || !JSON.stringify(input).includes('ALERT#')) return;
    this.struck += 1;
    throw new AwsError('ValidationException', 'the process that wrote has ended', 400);
  }
}

describe('rules that alert', () => {
  const permits = judging();
  let mesh: RulesWorld;
  const raised = async (name: string) => (await mesh.alerts()).filter(({ rule }) => rule === name);

  /** Moves the clock to the next time that it is so late (UTC). */
  const comes = (hour: number) => {
    const { clock } = mesh.world.instance.cloud;
    const today = new Date(clock.now()).setUTCHours(hour, 0, 0, 0);
    mesh.pass((today > clock.now() ? today : today + 24 * HOUR) - clock.now());
  };

  beforeAll(async () => {
    mesh = await RulesWorld.open(small(true), `rules:${OTHERS}`, (world) => permits.watch(world.instance.cloud));
  }, 180_000);

  afterAll(() => mesh?.close());

  test('first use is told once, by day and however often the product is read', async () => {
    comes(10);
    await ask(mesh.world, ANALYST, COUNT);
    await mesh.look();
    expect(await raised('first-used')).toHaveLength(1);
    comes(11);
    await ask(mesh.world, ANALYST, COUNT);
    await mesh.look();
    expect(await raised('first-used')).toHaveLength(1);
  }, 120_000);

  test('a read at night is told, and what follows it within two hours belongs to it', async () => {
    comes(2);
    await ask(mesh.world, ANALYST, COUNT);
    await mesh.look();
    await ask(mesh.world, ANALYST, COUNT);
    await mesh.look();
    expect(await raised('at-night')).toHaveLength(1);
    expect((await mesh.show()).suspensions).toBeUndefined();
  }, 120_000);

  test('whoever is denied again and again is told of', async () => {
    comes(12);
    const steward = await mesh.world.as('analytics/steward');
    const path = `/products/${PRODUCT}/suspension`;
    for (let tried = 0; tried < 3; tried += 1) {
      await expect(steward.api({ method: 'POST', path, body: { action: 'suspend' } })).rejects.toThrow(/may not do/);
    }
    await mesh.look();
    const [alert] = await raised('denied');
    expect(alert).toMatchObject({ rule: 'denied', severity: 'high', measured: { attempts: 3 }, suspended: [] });
    expect(alert?.subject).toMatch(/role\/aviation-analytics-steward demo$/);
  }, 120_000);
});
