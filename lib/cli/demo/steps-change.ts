import { GetTablesCommand, GlueClient } from '@aws-sdk/client-glue';
import { LakeFormationClient, ListPermissionsCommand } from '@aws-sdk/client-lakeformation';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ProductRecord } from '#mesh/product/product.ts';
import { auditEntries, auditReads } from '../audit.ts';
import { waitForSubscription } from '../wait.ts';
import { listenToMesh } from './event-queue.ts';
import { alterSource, sourceOf } from './sources.ts';
import { ask, FLIGHTS, refusal, STRIKES } from './sql.ts';
import { expectThat, type Step } from './step.ts';
import type { World } from './world.ts';

const ANALYST = 'analytics/analyst';
const CLOUDTRAIL_DELAY_MS = 10_000;
const STRIKES_DATABASE = 'wildlife_safety__bird_strikes__v1';

/** The types of the events that the analytics domain received since it last looked. */
async function heard(world: World): Promise<string[]> {
  const analytics = await world.as('analytics/steward');
  const sqs = new SQSClient(analytics.client);
  const types: string[] = [];
  for (;;) {
    const { Messages: messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: world.notes.eventQueue, MaxNumberOfMessages: 10 }),
    );
    if (messages.length === 0) return types;
    types.push(
      ...messages.map((message) => (JSON.parse(message.Body ?? '{}') as { 'detail-type': string })['detail-type']),
    );
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: world.notes.eventQueue,
        Entries: messages.map((message, index) => ({ Id: String(index), ReceiptHandle: message.ReceiptHandle })),
      }),
    );
  }
}

async function productNow(world: World): Promise<ProductRecord> {
  const owner = await world.as('flight-operations/steward');
  return (await owner.api<{ product: ProductRecord }>({ method: 'GET', path: '/products/flight-operations/flights' }))
    .product;
}

export const followed: Step = {
  id: 'schema-follows',
  title: 'flights gains a column in its own catalog: the central copy follows, the subscriber is told',
  async run(world) {
    await listenToMesh(world);
    const started = performance.now();
    await alterSource(world, sourceOf('flights'), 'flight_operations', (input) => ({
      ...input,
      StorageDescriptor: {
        ...input.StorageDescriptor,
        Columns: [
          ...(input.StorageDescriptor?.Columns ?? []),
          { Name: 'carrier', Type: 'string', Comment: 'Carrier code.' },
        ],
      },
    }));
    await world.settle();
    const took = Math.round(performance.now() - started);
    const { columns, rows } = await ask(world, ANALYST, `SELECT * FROM ${FLIGHTS} LIMIT 1`);
    const names = columns.map((column) => column.name);
    expectThat(names.includes('carrier') && rows.length === 1, 'the subscriber sees the new column');
    const events = await heard(world);
    expectThat(events.includes('SchemaChanged'), 'the subscriber is told of SchemaChanged');
    return {
      lines: [`central columns: ${names.join(', ')}`, `followed after ${took} ms`, `told: ${events.join(', ')}`],
      facts: { columns: names, events },
    };
  },
};

export const quarantined: Step = {
  id: 'quarantine',
  title: 'a column changes type: quarantined, nobody disturbed',
  async run(world) {
    await alterSource(world, sourceOf('flights'), 'flight_operations', (input) => ({
      ...input,
      StorageDescriptor: {
        ...input.StorageDescriptor,
        Columns: (input.StorageDescriptor?.Columns ?? []).map((column) =>
          column.Name === 'delay' ? { ...column, Type: 'string' } : column,
        ),
      },
    }));
    await world.settle();
    const { quarantine } = await productNow(world);
    expectThat(quarantine !== undefined, 'the change is quarantined');
    const analyst = await world.as(ANALYST);
    const { TableList: tables = [] } = await new GlueClient(analyst.client).send(
      new GetTablesCommand({ DatabaseName: 'flight_operations__flights__v1' }),
    );
    const delay = tables[0]?.StorageDescriptor?.Columns?.find((column) => column.Name === 'delay')?.Type;
    expectThat(delay === 'bigint', 'the central copy keeps its type');
    const count = await ask(world, ANALYST, `SELECT count(delay) FROM ${FLIGHTS}`);
    expectThat(count.rows[0]?.[0] === '3000000', 'the subscriber reads as before');
    const events = await heard(world);
    expectThat(!events.includes('SchemaChanged'), 'the subscriber is not told of a change that did not reach it');
    return {
      lines: [
        ...quarantine.reasons,
        `central type of delay: ${delay}`,
        `the subscriber still counts ${count.rows[0]?.[0]} delays`,
      ],
      facts: { quarantine, delay, events },
    };
  },
};

/** Grants on a database, its tables and its filters that an account's principals hold, as an administrator of `account` sees them. */
async function grantsHeld(world: World, account: string, catalogId: string, holder: string): Promise<number> {
  const { client } = await world.as(
    `arn:aws:iam::${account}:role/cdk-hnb659fds-cfn-exec-role-${account}-${world.local.region}`,
  );
  const lakeFormation = new LakeFormationClient(client);
  let left = 0;
  for (const Resource of [
    { Database: { CatalogId: catalogId, Name: STRIKES_DATABASE } },
    { Table: { CatalogId: catalogId, DatabaseName: STRIKES_DATABASE, Name: 'bird_strikes' } },
    { Table: { CatalogId: catalogId, DatabaseName: STRIKES_DATABASE, TableWildcard: {} } },
  ]) {
    try {
      const { PrincipalResourcePermissions: found = [] } = await lakeFormation.send(
        new ListPermissionsCommand({ Resource, IncludeRelated: 'TRUE' }),
      );
      left += found.filter(({ Principal: who }) => who?.DataLakePrincipalIdentifier?.includes(holder)).length;
    } catch (error) {
      // What is not there, or not to be seen any more, holds no grant.
      if (!(error instanceof Error) || !['EntityNotFoundException', 'AccessDeniedException'].includes(error.name))
        throw error;
    }
  }
  return left;
}

export const revoked: Step = {
  id: 'revoke',
  title: 'bird-strikes is revoked: nothing is left in either account, the same query is refused',
  async run(world) {
    const owner = await world.as('wildlife-safety/steward');
    const id = world.notes.subscriptions.get('wildlife-safety/bird-strikes') ?? '';
    const { governanceAccount, domains } = world.local.topology;
    const consumer = domains.find((domain) => domain.name === 'analytics')?.account ?? '';
    const held = async () => ({
      inGovernance: await grantsHeld(world, governanceAccount, governanceAccount, consumer),
      inConsumer: await grantsHeld(world, consumer, consumer, consumer),
    });
    const before = await held();
    expectThat(before.inGovernance > 0 && before.inConsumer > 0, 'both accounts hold grants before');
    const calls = await world.counter.count(async () => {
      await owner.api({
        method: 'POST',
        path: `/subscriptions/${id}/revocation`,
        body: { reason: 'the study is over' },
      });
      await world.settle();
    });
    await waitForSubscription(owner, id, ['revoked']);
    world.notes.calls.set('revoke', calls);
    const { inGovernance, inConsumer } = await held();
    expectThat(inGovernance + inConsumer === 0, 'no grant is left in either account');
    const reason = await refusal(world, ANALYST, `SELECT count(*) FROM ${STRIKES}`);
    expectThat(reason !== undefined, 'the query is refused again');
    return {
      lines: [
        `grants held before: ${before.inGovernance} in governance, ${before.inConsumer} in analytics`,
        `grants left: ${inGovernance} and ${inConsumer}`,
        reason,
      ],
      facts: { before, inGovernance, inConsumer, reason },
    };
  },
};

export const trail: Step = {
  id: 'trail',
  title: 'the trail: who asked, who decided, what was granted, what was read',
  async run(world) {
    // CloudTrail delivers a little later than things happen; the local clock can be moved there.
    world.instance.cloud.clock.advance(CLOUDTRAIL_DELAY_MS);
    await world.settle();
    const auditor = await world.as('governance/auditor');
    const entries = await auditEntries(auditor, { limit: 200 });
    const reads = await auditReads(auditor, { limit: 200 });
    const actions = [...new Set(entries.map((entry) => entry.action))];
    expectThat(
      ['ProductPublished', 'SubscriptionRequested', 'SubscriptionApproved', 'SubscriptionRevoked'].every((action) =>
        actions.includes(action),
      ),
      'every act is in the trail',
    );
    expectThat(
      reads.some((read) => read.principal.endsWith('analyst')),
      'the reads of the analyst are in the trail',
    );
    const times = [...world.notes.registerMs].map(([product, ms]) => `${product} ${ms} ms`);
    return {
      lines: [
        ...entries
          .filter(
            ({ entity, action, kind }) =>
              kind !== 'event' &&
              ((entity === 'subscription' && action !== 'SubscriptionObserved') || /^(ProductP|Schema)/.test(action)),
          )
          .reverse()
          .map(
            (entry) =>
              `${entry.at.slice(11, 19)} ${entry.actor.split('/').slice(1).join('/') || entry.actor}: ${entry.action} ${entry.product}: ${entry.summary}`,
          ),
        `${entries.length} entries, ${reads.length} reads by ${[...new Set(reads.map((read) => read.principal.split('/').at(-1)))].join(', ')}`,
        `time to register: ${times.join(', ')}`,
      ],
      facts: { actions, reads: reads.length },
    };
  },
};
