import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Cloud, callerFor } from '#local/core/cloud.ts';
import { admits, type PolicyDocument } from '#local/core/policy.ts';
import { domainRoleName, productSource, roleArn, rowsSource } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { anotherDomain, appOf, aviation, templatesOf } from '../stacks/aviation.ts';
import { type EventsWorld, type Heard, OWNER, openEventsWorld, PRODUCT } from './events-world.ts';

const VICTIM = 'analytics';
const FORGER = 'flight-operations';

function detail(source: string, type = 'ProductRowsChanged') {
  return {
    specversion: '1.0',
    id: 'forged',
    source,
    type,
    subject: PRODUCT,
    time: '2026-01-01T00:00:00Z',
    data: { rows: [] },
  };
}

describe('a domain that speaks for another, on the deployed templates', () => {
  let events: EventsWorld;
  let heard: () => Promise<Heard[]>;

  beforeAll(async () => {
    events = await openEventsWorld();
    heard = await events.listen(VICTIM, { source: [{ prefix: 'weft.' }] });
  }, 120_000);

  afterAll(async () => {
    await events?.world.instance.close();
    if (events !== undefined) rmSync(events.folder, { recursive: true, force: true });
  });

  const portOf = (domain: string) =>
    roleArn(events.accountOf(domain), domainRoleName('aviation', domain, 'event-port'));

  test.each<[string, () => string, string | undefined]>([
    ['the products of another domain', () => productSource(events.accountOf(OWNER), OWNER), undefined],
    ['the products of the receiver', () => productSource(events.accountOf(VICTIM), VICTIM), undefined],
    ['the mesh', () => 'weft.mesh', undefined],
    ['the reports of the receiver', () => `weft.domain.${VICTIM}`, undefined],
    ['the rows of the receiver', () => rowsSource(VICTIM), undefined],
    [
      'its own products from a role that is no event port',
      () => productSource(events.accountOf(FORGER), FORGER),
      'steward',
    ],
  ])('is refused by the policy of the bus when it speaks for %s', async (_what, source, role) => {
    const forger = role === undefined ? portOf(FORGER) : `${FORGER}/${role}`;
    // The power of an administrator of the forging account: no identity policy stands in its way.
    const principals = role === undefined ? [forger, `arn:aws:iam::${events.accountOf(FORGER)}:root`] : [forger];
    for (const principal of principals) {
      const put = events.say(principal, VICTIM, {
        source: source(),
        type: 'ProductRowsChanged',
        detail: detail(source()),
      });
      await expect(put).rejects.toThrow(/AccessDenied|not authorized/);
    }
    expect(await heard()).toEqual([]);
  });

  test('rows that it puts on its own bus in another’s name reach nobody', async () => {
    await events.subscribe(VICTIM);
    const root = `arn:aws:iam::${events.accountOf(FORGER)}:root`;
    const forged = {
      ...detail(rowsSource(OWNER), 'RowsChanged'),
      data: {
        product: 'bird-strikes',
        major: 1,
        table: 'bird_strikes',
        sequence: 1,
        rows: [{ after: { operator: 'x' } }],
      },
    };
    await events.say(root, FORGER, { source: rowsSource(OWNER), type: 'RowsChanged', detail: forged });
    await events.say(root, FORGER, { source: rowsSource(FORGER), type: 'RowsChanged', detail: forged });
    const rows = (await heard()).filter(({ source }) => source.startsWith('weft.product.'));
    expect(rows).toEqual([]);
  }, 60_000);

  test('its producer may say that its own rows changed, and may speak with no other word of the mesh', async () => {
    const producer = `${FORGER}/producer`;
    const say = (source: string, type = 'RowsChanged') =>
      events.say(producer, FORGER, { source, type, detail: detail(source, type) });
    await say(rowsSource(FORGER));
    await say('billing');
    const others: [string, string?][] = [
      ['weft.mesh'],
      [`weft.domain.${FORGER}`],
      [rowsSource(OWNER)],
      [rowsSource(FORGER), 'RowsRefused'],
    ];
    for (const [source, type] of others) await expect(say(source, type)).rejects.toThrow(/not authorized|AccessDenied/);
  });
});

const PAIRS = [...aviation().domains, anotherDomain()];

/** One domain of the example is outside the organization. */
function withPartner(): Topology {
  const topology = aviation();
  const domains = topology.domains.map((domain) =>
    domain.name === FORGER ? { ...domain, external: true as const } : domain,
  );
  return { ...topology, domains };
}

describe.each([
  ['in an organization', aviation()],
  ['without one', { ...aviation(), organization: undefined }],
  ['with a partner outside', withPartner()],
])('the policy of a domain’s bus %s', (_what, topology) => {
  const cloud = new Cloud({ folder: '/nonexistent' });
  const { Resources } = templatesOf(appOf(topology)).get(`aviation-${VICTIM}`) ?? { Resources: {} };
  const Statement = Object.values(Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::Events::EventBusPolicy' ? [{ ...(Properties?.Statement as object), Resource: '*' }] : [],
  );
  const policy = { Version: '2012-10-17', Statement } as unknown as PolicyDocument;
  const receiver = topology.domains.find(({ name }) => name === VICTIM)?.account ?? '';
  const members = new Set(topology.domains.map(({ name }) => name));

  test.each(
    PAIRS.filter(({ name }) => name !== VICTIM).flatMap((by) =>
      PAIRS.map((of): [string, string] => [by.name, of.name]),
    ),
  )('lets %s speak for %s just when they are one', (from, about) => {
    const [by, of] = [from, about].map((wanted) => PAIRS.find(({ name }) => name === wanted) ?? anotherDomain());
    if (by === undefined || of === undefined) throw new Error('no such domain');
    const caller = callerFor(roleArn(by.account, domainRoleName('aviation', by.name, 'event-port')), 'x');
    const keys = {
      'events:source': productSource(of.account, of.name),
      'aws:PrincipalOrgID': topology.domains.find(({ name }) => name === from)?.external
        ? undefined
        : topology.organization,
    };
    const request = { caller, action: 'events:PutEvents', resource: 'bus', keys };
    // A domain that is enrolled later is let in at once by its organization only.
    const known = topology.organization !== undefined || members.has(from);
    expect(admits(cloud.store, policy, receiver, request)).toBe(from === about && known);
  });
});
