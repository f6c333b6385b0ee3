import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import type { InputConfig } from '../config/config.ts';
import { rest } from './lasting.ts';
import type { Sink, Source, Tell } from './source.ts';

type Config = Extract<InputConfig, { kind: 'mqtt' }>;

/** A message that is on the disk: the broker's number for it, and a digest of what it said. */
type Seen = readonly [number, string];

interface Position {
  readonly topics?: readonly string[];
  readonly recent?: readonly Seen[];
}

type Mark = { readonly seen: Seen } | { readonly topics: readonly string[] };

/** More than brokers send ahead of their acknowledgement; Mosquitto sends 20. */
const REMEMBERED = 256;
const RECONNECT_MILLISECONDS = 1_000;
const KEEPALIVE_SECONDS = 30;

/**
 * Messages of a broker, in a session that the broker keeps. A message is acknowledged when it is on the disk; one whose acknowledgement was lost
 * comes again with its number and the mark of a repetition (MQTT 3.1.1, 4.4), and is known by both. All is subscribed with QoS 1: the second
 * handshake of QoS 2 would ask for a memory of the client that its own library keeps in the process.
 */
export class MqttSource implements Source {
  readonly #config: Config;
  readonly #password: string | undefined;

  constructor(config: Config, password: string | undefined) {
    this.#config = config;
    this.#password = password;
  }

  fold(position: unknown, mark: unknown): Position {
    const known = (position ?? {}) as Position;
    const change = mark as Mark;
    if ('topics' in change) return { ...known, topics: change.topics };
    return { ...known, recent: [...(known.recent ?? []), change.seen].slice(-REMEMBERED) };
  }

  async run(sink: Sink, tell: Tell, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sink.room();
      const client = connect(this.#config.url, this.#options());
      const why = await this.#listen(client, sink, tell, signal);
      // Without waiting for the message that is not acknowledged: the broker keeps it.
      await new Promise<void>((resolve) => client.end(true, {}, () => resolve()));
      if (why === 'failed') await rest(RECONNECT_MILLISECONDS, signal);
    }
  }

  #options(): IClientOptions {
    const { clientId, ca } = this.#config;
    return {
      clientId,
      clean: false,
      keepalive: KEEPALIVE_SECONDS,
      reconnectPeriod: RECONNECT_MILLISECONDS,
      resubscribe: false,
      ...(this.#password === undefined ? {} : { password: this.#password }),
      ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    };
  }

  /** Until the signal, or until there is no room: then the connection ends and the broker keeps what comes. */
  #listen(client: MqttClient, sink: Sink, tell: Tell, signal: AbortSignal): Promise<'ended' | 'full' | 'failed'> {
    return new Promise((resolve) => {
      let lost = false;
      /** What came before this connection can come again; what came on it cannot. */
      let before: ReadonlyMap<number, string> = new Map();
      signal.addEventListener('abort', () => resolve('ended'), { once: true });
      const fail = (message: string) => {
        if (!lost && !signal.aborted) tell({ event: 'source-lost', message });
        lost = true;
      };
      client.on('connect', ({ sessionPresent }) => {
        if (lost) tell({ event: 'source-back' });
        lost = false;
        before = new Map((sink.position as Position | undefined)?.recent ?? []);
        this.#subscribe(client, sink, sessionPresent, tell).catch((error: Error) => {
          fail(error.message);
          resolve('failed');
        });
      });
      client.on('error', ({ message }) => fail(message));
      client.on('close', () => fail('the broker closed the connection'));
      client.handleMessage = (packet, acknowledge) => {
        if (sink.full) return resolve('full');
        const seen = seenOf(packet as IPublishPacket);
        const again = packet.cmd === 'publish' && packet.dup && before.get(seen[0]) === seen[1];
        const kept = again
          ? Promise.resolve()
          : sink.deliver(this.#records(packet as IPublishPacket), { seen } satisfies Mark);
        kept.then(
          () => acknowledge(),
          () => resolve('failed'),
        );
      };
    });
  }

  /** Only where the broker has no session, or other topics: who subscribes again gets retained messages again. */
  async #subscribe(client: MqttClient, sink: Sink, sessionPresent: boolean, tell: Tell): Promise<void> {
    const { topics } = this.#config;
    const { topics: had = [] } = (sink.position as Position | undefined) ?? {};
    if (sessionPresent && JSON.stringify(had) === JSON.stringify(topics)) return;
    if (!sessionPresent && had.length > 0) {
      tell({ event: 'session-lost', message: 'the broker has forgotten the session, and what it held for it' });
    }
    const gone = had.filter((topic) => !topics.includes(topic));
    if (sessionPresent && gone.length > 0) await client.unsubscribeAsync(gone);
    const granted = await client.subscribeAsync([...topics], { qos: 1 });
    for (const { topic, qos } of granted) {
      if (qos > 2) tell({ event: 'source-lost', message: `the broker refuses the topic ${topic}` });
    }
    await sink.deliver([], { topics } satisfies Mark);
    tell({ event: 'subscribed', message: topics.join(' ') });
  }

  /** The records of a message: JSON, one or a list of them. What is no JSON is kept as the text that it is. */
  #records({ topic, payload }: IPublishPacket): unknown[] {
    const { topicField } = this.#config;
    const text = payload.toString('utf8');
    let parsed: unknown = text;
    try {
      parsed = JSON.parse(text);
    } catch {
      return [text];
    }
    const records = Array.isArray(parsed) ? parsed : [parsed];
    if (topicField === undefined) return records;
    return records.map((record) =>
      typeof record === 'object' && record !== null ? { ...record, [topicField]: topic } : record,
    );
  }
}

function seenOf({ messageId = 0, topic, payload }: IPublishPacket): Seen {
  return [messageId, createHash('sha256').update(topic).update('\0').update(payload).digest('hex').slice(0, 16)];
}
