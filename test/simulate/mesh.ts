import type { BatchOutcome } from '#aws/batch.ts';
import type { BusEvent } from '#aws/eventbridge.ts';
import { logCrypto } from '#aws/log-crypto.ts';
import type { FifoMessage } from '#aws/sqs.ts';
import { answerShare, latestIntents } from '#control/answer-share.ts';
import { appendToLog } from '#control/append-log.ts';
import { reconcile } from '#control/reconcile.ts';
import { mergeRequests, type ReconcileRequest } from '#control/reconcile-request.ts';
import { relay, type StreamRecord } from '#control/relay.ts';
import { sweep } from '#control/sweep.ts';
import { sync } from '#control/sync.ts';
import { DynamoDbService } from '#local/services/dynamodb/service.ts';
import type { AuditEntry } from '#mesh/audit/entry.ts';
import { ENTRIES_PREFIX } from '#mesh/audit/log/tile.ts';
import { verifyLog } from '#mesh/audit/log/verify.ts';
import type { MeshEvent } from '#mesh/event/envelope.ts';
import { databaseName, domainRoleName } from '#mesh/topology/names.ts';
import { accountOf, createWorld, TOPOLOGY } from '../control/world.ts';
import { memoryLog } from '../mesh/audit/log/memory-log.ts';
import { PRODUCTS } from './contract.ts';
import { Faults } from './faults.ts';
import type { Random } from './random.ts';

interface Queued {
  readonly group: string;
  readonly body: ReconcileRequest;
  attempts: number;
}

interface Report {
  readonly id: string;
  readonly account: string;
  readonly detail: unknown;
  attempts: number;
}

/** After that many attempts a message is in the dead letters, as the stacks say. */
const ATTEMPTS = 5;

/** The whole control plane on the local cloud, moved one delivery at a time: what is on its way can come twice, late, out of order or not at all for now. */
export async function createMesh(random: Random) {
  const world = await createWorld();
  const faults = new Faults(world.cloud, random);
  const stream = world.cloud.service(DynamoDbService);
  const requests: Queued[] = [];
  const intents = new Map<string, MeshEvent[]>(TOPOLOGY.domains.map(({ name }) => [name, []]));
  const reports: Report[] = [];
  const letters: string[] = [];
  const { bucket, witness, key, deps: log } = memoryLog();
  const events: MeshEvent[] = [];
  const seen = new Set<string>();
  const relayed: StreamRecord[] = [];
  let position: string | undefined;
  let deadLetters = 0;
  let commands = 0;

  /** Some entries of a batch are refused now and then. */
  const some = <T>(entries: readonly T[]): BatchOutcome<T> => {
    const symptom = { name: 'InternalFailure', message: 'try again' };
    const refused = new Set(entries.filter(() => random.chance(faults.rates.partial * 2)));
    return {
      done: entries.filter((entry) => !refused.has(entry)),
      unclear: [],
      failed: [...refused].map((entry) => ({ entry, symptom })),
    };
  };
  const queue = {
    send: async <T extends FifoMessage>(messages: readonly T[]) => {
      const outcome = some(messages);
      for (const { group, deduplication, body } of outcome.done) {
        if (seen.has(deduplication)) continue;
        seen.add(deduplication);
        requests.push({ group, body: body as ReconcileRequest, attempts: 0 });
      }
      return outcome;
    },
  };
  const meshBus = {
    put: async <T extends BusEvent>(entries: readonly T[]) => {
      const outcome = some(entries);
      for (const { detail } of outcome.done) {
        const event = structuredClone(detail) as MeshEvent;
        events.push(event);
        if (event.type !== 'ShareRequested') continue;
        for (const domain of event.data.audience) {
          intents.get(domain)?.push(event);
          if (faults.rates.lostAnswer > 0 && random.chance(0.1)) intents.get(domain)?.push(event);
        }
      }
      return outcome;
    },
  };
  const domainBus = (domain: string) => ({
    put: async <T extends BusEvent>(entries: readonly T[]) => {
      const outcome = some(entries);
      for (const { detail } of outcome.done) {
        const copies = faults.rates.lostAnswer > 0 && random.chance(0.1) ? 2 : 1;
        for (let copy = 0; copy < copies; copy += 1) {
          const { id } = detail as { id: string };
          reports.push({ id, account: accountOf(domain), detail: structuredClone(detail), attempts: 0 });
        }
      }
      return outcome;
    },
  });
  /** Whoever sends twice brings twice: the queue forgets after five minutes what it has seen. */
  const trail = {
    send: async <T extends FifoMessage>(messages: readonly T[]) => {
      const outcome = some(messages);
      for (const { body } of outcome.done) letters.push(JSON.stringify(body));
      return outcome;
    },
  };
  const details = {
    put: async (name: string, body: string) => {
      if (random.chance(faults.rates.partial / 2)) throw new Error('the bucket does not answer');
      return bucket.putOnce(name, body);
    },
  };

  const again = <T extends { attempts: number }>(from: T[], taken: readonly T[]): void => {
    for (const message of taken) {
      message.attempts += 1;
      if (message.attempts < ATTEMPTS) continue;
      from.splice(from.indexOf(message), 1);
      deadLetters += 1;
    }
  };
  const done = <T>(from: T[], taken: readonly T[]): void => {
    for (const message of taken) from.splice(from.indexOf(message), 1);
  };

  /** Each moves one thing that is on its way, and answers whether there was one. */
  const moves = {
    relay: async (): Promise<boolean> => {
      const records = stream.streamRecords(world.stream, position, 1 + random.below(20));
      if (records.length === 0) return false;
      const given = records.map(
        ({ dynamodb: { SequenceNumber, OldImage, NewImage } }) =>
          ({ sequence: SequenceNumber, before: OldImage, after: NewImage }) as unknown as StreamRecord,
      );
      const deps = { queue, bus: meshBus, trail, details, sha256: log.sha256, registry: world.registry };
      const { value: failed, crashed } = await faults.process(() => relay(given, deps));
      if (crashed || failed === undefined) return true;
      const first = given.findIndex(({ sequence }) => failed.includes(sequence));
      const through = first === -1 ? given : given.slice(0, first);
      position = through.at(-1)?.sequence ?? position;
      relayed.push(...through);
      return true;
    },
    reconcile: async (): Promise<boolean> => {
      const groups = [...new Set(requests.map(({ group }) => group))];
      if (groups.length === 0) return false;
      const group = random.pick(groups);
      const taken = requests.filter((message) => message.group === group).slice(0, 1 + random.below(3));
      for (const { work, records } of mergeRequests(taken, ({ body, attempts }) =>
        attempts > 0 ? { ...body, again: true } : body,
      )) {
        const { crashed, error } = await faults.process(() => reconcile(work, world.governance));
        if (crashed || error !== undefined) again(requests, records);
        else done(requests, records);
      }
      return true;
    },
    agent: async (): Promise<boolean> => {
      const busy = [...intents].filter(([, waiting]) => waiting.length > 0);
      if (busy.length === 0) return false;
      const [domain, waiting] = random.pick(busy);
      const start = faults.rates.lostAnswer > 0 ? random.below(waiting.length) : 0;
      const taken = waiting.slice(start, start + 1 + random.below(3));
      for (const { work, records } of latestIntents(taken, (event) => event)) {
        const deps = { ...world.agentOf(domain), bus: domainBus(domain), domain };
        const { crashed, error } = await faults.process(() => answerShare(work, deps));
        if (!crashed && error === undefined) done(waiting, records);
      }
      return true;
    },
    sync: async (): Promise<boolean> => {
      if (reports.length === 0) return false;
      const report = faults.rates.lostAnswer > 0 ? random.pick(reports) : (reports[0] as Report);
      const { crashed, error } = await faults.process(() => sync(report, world.governance));
      if (crashed || error !== undefined) again(reports, [report]);
      else done(reports, [report]);
      return true;
    },
    append: async (): Promise<boolean> => {
      if (letters.length === 0) return false;
      const taken = letters.slice(0, 1 + random.below(10));
      let dead = false;
      bucket.before = () => {
        dead ||= random.chance(faults.rates.crash);
        if (dead) throw new Error('the appender has ended');
      };
      const appended = await appendToLog(taken, log).then(
        () => true,
        () => false,
      );
      bucket.before = () => {};
      // Now and then the queue does not hear that a batch is done.
      if (appended && !random.chance(faults.rates.lostAnswer)) letters.splice(0, taken.length);
      return true;
    },
    sweep: async (): Promise<boolean> => {
      commands += 1;
      await faults.process(() => sweep(`sweep-${commands}`, { ...world.governance, queue }));
      return true;
    },
  };

  return {
    world,
    faults,
    moves,
    /** Verifies the whole log against its witness. */
    verifyTrail: () => verifyLog(bucket, { ...logCrypto, key, witness }),
    events,
    waitingFor: () => ({
      relay: stream.streamRecords(world.stream, position, 1).length,
      reconcile: requests.length,
      agent: [...intents.values()].reduce((sum, { length }) => sum + length, 0),
      sync: reports.length,
      append: letters.length,
    }),
    waiting: () =>
      requests.length + reports.length + [...intents.values()].reduce((sum, { length }) => sum + length, 0),
    deadLetters: () => deadLetters,
    /** A correlation of its own for each command. */
    correlation: () => {
      commands += 1;
      return `c-${commands}`;
    },
    entries: (): AuditEntry[] =>
      [...bucket.objects]
        .filter(([name]) => name.startsWith(ENTRIES_PREFIX))
        .flatMap(([, body]) =>
          Buffer.from(body)
            .toString()
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line)),
        ),
    /** Every committed change that the relay has passed. */
    relayed,
    unrelayed: () => stream.streamRecords(world.stream, position, 1).length,
    versions: () => Promise.all(PRODUCTS.map((product) => world.registry.version({ ...product, major: 1 }))),
    databaseOf: ({ domain, name }: { domain: string; name: string }) => databaseName(domain, name, 1),
    agentRole: (domain: string) => domainRoleName(TOPOLOGY.mesh, domain, 'agent'),
  };
}

export type Mesh = Awaited<ReturnType<typeof createMesh>>;
