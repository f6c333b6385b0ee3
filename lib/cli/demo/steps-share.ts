import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '#mesh/plan/plan.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { exportProduct, verifyExport } from '../export.ts';
import { grantText, renderPlan } from '../plan.ts';
import { renderTable } from '../table.ts';
import { waitForSubscription } from '../wait.ts';
import { ATTEMPTS, ask, JOIN, refusal, STRIKES } from './sql.ts';
import { expectThat, type Step } from './step.ts';
import type { World } from './world.ts';

const ANALYST = 'analytics/analyst';

/** A plan in plain text, for the report. */
function planLines(plan: Plan): string[] {
  const silent = {
    out: () => undefined,
    err: () => undefined,
    env: {},
    cwd: '/',
    columns: 100,
    colour: false,
    interactive: false,
  };
  return renderPlan(silent, plan).trimEnd().split('\n');
}

async function request(
  world: World,
  product: string,
  body: Record<string, unknown>,
): Promise<{ subscription: SubscriptionRecord; plan: Plan }> {
  const analyst = await world.as(ANALYST);
  const answer = await analyst.api<{ subscription: SubscriptionRecord; plan: Plan }>({
    method: 'POST',
    path: '/subscriptions',
    body: { product, ...body },
  });
  world.notes.subscriptions.set(product, answer.subscription.id);
  return answer;
}

async function approve(
  world: World,
  owner: string,
  id: string,
  body: Record<string, unknown>,
): Promise<SubscriptionRecord> {
  const steward = await world.as(`${owner}/steward`);
  await steward.api({ method: 'POST', path: `/subscriptions/${id}/decision`, body: { decision: 'approve', ...body } });
  return waitForSubscription(steward, id, ['active', 'revoked']);
}

export const granted: Step = {
  id: 'subscribe-airports',
  title: 'airports is public: planned, then granted by policy alone',
  async run(world) {
    const analyst = await world.as(ANALYST);
    const body = { purpose: 'delay analysis' };
    const { plan } = await analyst.api<{ plan: Plan }>({
      method: 'POST',
      path: '/subscriptions/plan',
      body: { product: 'airport-reference/airports', ...body },
    });
    const calls = await world.counter.count(async () => {
      const { subscription } = await request(world, 'airport-reference/airports', body);
      expectThat(subscription.state === 'approved', 'a public product is approved by policy');
      await world.settle();
    });
    const id = world.notes.subscriptions.get('airport-reference/airports') ?? '';
    const { state } = await waitForSubscription(analyst, id, ['active', 'revoked']);
    expectThat(state === 'active', 'the subscription is active');
    world.notes.calls.set('share', calls);
    return {
      lines: [...planLines(plan), 'active'],
      facts: { verdict: plan.verdict.effect, grants: plan.grants.map((change) => grantText(change.grant)) },
    };
  },
};

export const approved: Step = {
  id: 'approve-others',
  title: 'bird-strikes waits for its owner, who leaves out the costs and keeps two states; flights is approved whole',
  async run(world) {
    const strikes = await request(world, 'wildlife-safety/bird-strikes', {
      purpose: 'strike risk by state',
      clearance: 'confidential',
    });
    expectThat(strikes.subscription.state === 'pending', 'bird-strikes waits for its owner');
    const self = await world.as(ANALYST);
    const own = await self
      .api({
        method: 'POST',
        path: `/subscriptions/${strikes.subscription.id}/decision`,
        body: { decision: 'approve' },
      })
      .then(
        () => undefined,
        (error: Error) => error.message,
      );
    expectThat(own !== undefined, 'the requester cannot approve');
    const narrowed = await approve(world, 'wildlife-safety', strikes.subscription.id, {
      clearance: 'internal',
      rows: { bird_strikes: "origin_state IN ('Texas', 'California')" },
      reason: 'costs stay with the domain',
    });
    const flights = await request(world, 'flight-operations/flights', { purpose: 'delay analysis' });
    const whole = await approve(world, 'flight-operations', flights.subscription.id, { reason: 'as asked' });
    expectThat(narrowed.state === 'active' && whole.state === 'active', 'both subscriptions are active');
    await world.settle();
    return {
      lines: [
        'bird-strikes, as asked:',
        ...planLines(strikes.plan),
        `approved narrower, by ${narrowed.decidedBy}`,
        'flights:',
        ...planLines(flights.plan),
      ],
      facts: { selfApproval: own, narrowed: narrowed.approved, whole: whole.approved },
    };
  },
};

export const joined: Step = {
  id: 'join',
  title: 'the analyst joins all three with SQL',
  async run(world) {
    const result = await ask(world, ANALYST, JOIN);
    expectThat(result.rows.length === 2, 'the join answers two states');
    const columns = result.columns.map((column, index) => ({
      title: column.name,
      value: (row: readonly (string | null)[]) => row[index] ?? '',
      right: index > 0,
    }));
    return {
      lines: [...renderTable(result.rows, columns, 100).trimEnd().split('\n'), `${result.milliseconds} ms`],
      facts: { columns: result.columns.map((column) => column.name), rows: result.rows },
    };
  },
};

export const withheld: Step = {
  id: 'withheld',
  title: 'what is withheld stays withheld, however it is asked for',
  async run(world) {
    const star = await ask(world, ANALYST, `SELECT * FROM ${STRIKES} LIMIT 5`);
    const names = star.columns.map((column) => column.name);
    expectThat(!names.some((name) => name.startsWith('cost')), 'SELECT * shows no cost');
    const states = await ask(world, ANALYST, `SELECT DISTINCT origin_state FROM ${STRIKES} ORDER BY 1`);
    const seen = states.rows.map(([state]) => state);
    expectThat(seen.join() === 'California,Texas', 'only two states are to be seen');
    const lines = [`SELECT *: ${names.length} columns, no cost`, `states to be seen: ${seen.join(', ')}`];
    const reasons: Record<string, string> = {};
    for (const { what, sql } of ATTEMPTS) {
      const reason = await refusal(world, ANALYST, sql);
      expectThat(reason !== undefined, `cost_total ${what} is refused`);
      reasons[what] = reason;
      lines.push(`${what}: ${reason}`);
    }
    return { lines, facts: { columns: names, states: seen, reasons } };
  },
};

export const exported: Step = {
  id: 'export',
  title: 'the file port shows the same columns and rows as SQL',
  async run(world) {
    const analyst = await world.as(ANALYST);
    const path = '/products/wildlife-safety/bird-strikes';
    const { product } = await analyst.api<{ product: ProductRecord }>({ method: 'GET', path });
    const folder = join(world.instance.folder, 'export');
    mkdirSync(folder);
    const manifest = await exportProduct(analyst, product, folder);
    const columns = manifest.tables[0]?.columns.map((column) => column.name) ?? [];
    expectThat(columns.length > 0 && !columns.some((name) => name.startsWith('cost')), 'no cost is exported');
    expectThat(verifyExport(folder).length === 0, 'every file is as the manifest says');
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    return {
      lines: [
        `${manifest.files.length} Parquet file(s), ${bytes} bytes, ${columns.length} columns, checksums in the manifest`,
      ],
      facts: { folder, columns, files: manifest.files.map((file) => file.path) },
    };
  },
};
