import type { BatchOutcome } from '#aws/batch.ts';
import type { BusEvent } from '#aws/eventbridge.ts';
import type { FifoMessage } from '#aws/sqs.ts';
import { answerShare, latestIntents } from '#control/answer-share.ts';
import { appendToLog } from '#control/append-log.ts';
import { type EntitlementsRequest, reconcileEntitlements, splitRequests } from '#control/entitlement/reconcile.ts';
import { reconcile } from '#control/reconcile.ts';
import { mergeRequests, type ReconcileRequest, requestOf } from '#control/reconcile-request.ts';
import { relay, type StreamRecord } from '#control/relay.ts';
import type { ApiDeps } from '#control/request.ts';
import { sweep } from '#control/sweep.ts';
import { type DomainReportEvent, sync } from '#control/sync.ts';
import type { DynamoDbService } from '#local/services/dynamodb/service.ts';
import type { MeshEvent } from '#mesh/event/envelope.ts';
import type { ShareReport } from '#mesh/subscription/subscription.ts';
import { accountOf, TOPOLOGY, type World } from '../control/world.ts';
import type { MemoryLog } from '../mesh/audit/log/memory-log.ts';
import type { Clocks } from './clocks.ts';
import type { Faults } from './faults.ts';
import { type Letter, Mailbox } from './mailbox.ts';
import type { Random } from './random.ts';

/** The queue forgets after five minutes what it has seen. */
const REMEMBERED = 5 * 60_000;

interface Around {
  readonly world: World;
  readonly faults: Faults;
  readonly random: Random;
  readonly clocks: Clocks;
  readonly stream: DynamoDbService;
  readonly log: MemoryLog;
  readonly governanceOf: (party: string) => ApiDeps & Omit<World['governance'], 'policies'>;
}

/** What an agent told on its domain's bus. */
export interface Answer {
  readonly domain: string;
  readonly detail: {
    readonly subject: string;
    readonly data: { readonly major: number; readonly report: ShareReport };
  };
}

interface Bundle<T> {
  readonly work: EntitlementsRequest | ReconcileRequest;
  readonly records: readonly T[];
}

/** The Lambdas with what is on its way between them: each move works off one delivery, and answers whether there was one. */
export function createMoves({ world, faults, random, clocks, stream, log, governanceOf }: Around) {
  const requests = new Mailbox(faults, true);
  const intents = new Map(TOPOLOGY.domains.map(({ name }) => [name, new Mailbox(faults)]));
  const reports = new Mailbox(faults);
  const answers: Answer[] = [];
  const trailed: string[] = [];
  const events: MeshEvent[] = [];
  const relayed: StreamRecord[] = [];
  const seen = new Map<string, number>();
  const { bucket } = log;
  const [reconciler, syncer, sweeper] = [governanceOf('reconcile'), governanceOf('sync'), governanceOf('sweep')];
  const agents = new Map(TOPOLOGY.domains.map(({ name }) => [name, world.agentOf(name)] as const));
  let position: string | undefined;
  let sweeps = 0;

  /** Some entries of a batch are refused now and then. */
  const some = <T>(entries: readonly T[], part = 1): BatchOutcome<T> => {
    const symptom = { name: 'InternalFailure', message: 'try again' };
    const refused = new Set(entries.filter(() => faults.strikes('refused', part)));
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
        const now = world.clock.now();
        const last = seen.get(deduplication);
        if (last !== undefined && now - last < REMEMBERED) continue;
        seen.set(deduplication, now);
        requests.put(body, group);
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
        for (const domain of event.data.audience) intents.get(domain)?.put(event);
      }
      return outcome;
    },
  };
  const domainBus = (domain: string) => ({
    put: async <T extends BusEvent>(entries: readonly T[]) => {
      const outcome = some(entries, 2);
      if (outcome.failed.length > 0) faults.count('report refused');
      for (const { detail } of outcome.done) {
        const answer = { domain, detail: detail as Answer['detail'] };
        answers.push(answer);
        if (answer.detail.data.report.overtakenBy !== undefined) faults.count('overtaken');
        reports.put({ id: (detail as { id: string }).id, account: accountOf(domain), detail });
      }
      return outcome;
    },
  });
  const trail = {
    send: async <T extends FifoMessage>(messages: readonly T[]) => {
      const outcome = some(messages);
      for (const { body } of outcome.done) trailed.push(JSON.stringify(body));
      if (faults.strikes('poison')) trailed.push(`{"poison ${trailed.length}`);
      return outcome;
    },
  };
  const details = {
    put: async (name: string, body: string) => {
      if (faults.strikes('refused', 0.2)) throw new Error('the bucket does not answer');
      return bucket.putOnce(name, body);
    },
  };

  /** Timers whose time has come ask their agents. */
  const ring = () => {
    for (const { domain, message } of world.ring()) {
      faults.count('timer');
      intents.get(domain)?.put(message.detail);
    }
  };

  const conclude = (mailbox: Mailbox, letters: readonly Letter[], failed: boolean) =>
    failed ? mailbox.failed(letters) : mailbox.done(letters);

  const moves = {
    relay: async (): Promise<boolean> => {
      const records = stream.streamRecords(world.stream, position, 1 + random.below(20));
      if (records.length === 0) return false;
      const given = records.map(
        ({ dynamodb: { SequenceNumber, OldImage, NewImage } }) =>
          ({ sequence: SequenceNumber, before: OldImage, after: NewImage }) as unknown as StreamRecord,
      );
      const deps = { queue, bus: meshBus, trail, details, sha256: log.deps.sha256, registry: world.registry };
      const { value: failed, crashed } = await faults.process(() => relay(given, deps));
      if (crashed || failed === undefined) return true;
      const first = given.findIndex(({ sequence }) => failed.includes(sequence));
      const through = first === -1 ? given : given.slice(0, first);
      position = through.at(-1)?.sequence ?? position;
      relayed.push(...through);
      return true;
    },
    reconcile: async (): Promise<boolean> => {
      const taken = requests.readable<object>(requests.take(1 + random.below(3)));
      if (taken.length === 0) return requests.letters.length > 0;
      const read = ({ letter }: (typeof taken)[number]) => requestOf(letter.body, letter.attempts + 1);
      const { entitlements, products } = splitRequests(taken, ({ said }) => said);
      const work: readonly Bundle<(typeof taken)[number]>[] = [...entitlements, ...mergeRequests(products, read)];
      for (const { work: one, records } of work) {
        const { crashed, error } = await faults.process(async () => {
          if ('entitlements' in one) await reconcileEntitlements(one, reconciler);
          else await reconcile(one, reconciler);
        });
        conclude(
          requests,
          records.map(({ letter }) => letter),
          crashed || error !== undefined,
        );
      }
      return true;
    },
    agent: async (): Promise<boolean> => {
      ring();
      const busy = [...intents].filter(([, mailbox]) => mailbox.letters.length > 0);
      if (busy.length === 0) return false;
      const [domain, mailbox] = random.pick(busy);
      const taken = mailbox.readable<MeshEvent>(mailbox.take(1 + random.below(3)));
      for (const { work, records } of latestIntents(taken, ({ said }) => said)) {
        const agent = agents.get(domain) as ReturnType<World['agentOf']>;
        const deps = { ...agent, now: clocks.of(domain), bus: domainBus(domain), domain };
        const { crashed, error } = await faults.process(() => answerShare(work, deps));
        conclude(
          mailbox,
          records.map(({ letter }) => letter),
          crashed || error !== undefined,
        );
      }
      return true;
    },
    sync: async (): Promise<boolean> => {
      const [report] = reports.readable<DomainReportEvent>(reports.take(1));
      if (report === undefined) return reports.letters.length > 0;
      const { crashed, error } = await faults.process(() => sync(report.said, syncer));
      conclude(reports, [report.letter], crashed || error !== undefined);
      return true;
    },
    append: async (): Promise<boolean> => {
      if (trailed.length === 0) return false;
      const taken = trailed.slice(0, 1 + random.below(10));
      let dead = false;
      bucket.before = () => {
        dead ||= faults.strikes('crash');
        if (dead) throw new Error('the appender has ended');
      };
      const appended = await appendToLog(taken, log.deps).then(
        () => true,
        () => false,
      );
      bucket.before = () => {};
      // Now and then the queue does not hear that a batch is done.
      if (appended && !faults.strikes('lostAnswer', 4)) trailed.splice(0, taken.length);
      return true;
    },
    sweep: async (): Promise<boolean> => {
      sweeps += 1;
      await faults.process(() => sweep(`sweep-${sweeps}`, { ...sweeper, queue }));
      return true;
    },
  };
  const mailboxes = () => [requests, reports, ...intents.values()];
  const unrelayed = () => stream.streamRecords(world.stream, position, 1).length;
  return {
    moves,
    events,
    /** Every committed change that the relay has passed. */
    relayed,
    unrelayed,
    /** What agents told, in that order. */
    answers,
    reports,
    waitingFor: () => {
      ring();
      return {
        relay: unrelayed(),
        reconcile: requests.letters.length,
        agent: [...intents.values()].reduce((sum, { letters }) => sum + letters.length, 0),
        sync: reports.letters.length,
        append: trailed.length,
      };
    },
    waiting: () => mailboxes().reduce((sum, { letters }) => sum + letters.length, 0),
    /** What was given up is delivered again. */
    redrive: () => {
      for (const mailbox of mailboxes()) mailbox.redrive();
    },
  };
}
