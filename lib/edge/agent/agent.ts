import { chmodSync, mkdirSync } from 'node:fs';
import { pause } from '#aws/retry.ts';
import type { Way } from '#aws/signed-request.ts';
import type { EdgeConfig, InputConfig } from '../config/config.ts';
import { keyringOf } from '../credentials/provider.ts';
import { FileSource } from '../sources/files.ts';
import { rest } from '../sources/lasting.ts';
import type { Source, Tell } from '../sources/source.ts';
import { landingOf } from '../upload/landing.ts';
import { heartbeatKey } from '../upload/objects.ts';
import { lockBuffer } from './lock.ts';
import { sendStream } from './sending.ts';
import { type EdgeStatus, sourceStatus, writeStatus } from './status.ts';
import { Stream } from './stream.ts';
import { troubleOf } from './trouble.ts';

/** The world of an agent: time, chance, the way out, the environment. */
export interface AgentWorld {
  readonly now: () => number;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  readonly newId: () => string;
  readonly send: Way['requestHandler'];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly tell: Tell;
}

const TICK = 500;
const FIRST_PAUSE = 500;

/**
 * Runs the agent of a site until the signal: reads the sources into the buffer, and sends the buffer to the landing bucket. It opens no port.
 * @throws WeftError `WEFT-EDGE-020` when another agent has the buffer.
 */
export async function runAgent(config: EdgeConfig, world: AgentWorld, signal: AbortSignal): Promise<void> {
  const { folder, maxBytes } = config.buffer;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // What is buffered may be what must not leave the site, nor be read by its other users.
  chmodSync(folder, 0o700);
  const unlock = lockBuffer(folder);
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  const pacer = new Pacer(ended);
  const opened: { stream: Stream; source: Source }[] = [];
  const { now, newId, tell } = world;
  const isFull = () => opened.reduce((sum, { stream }) => sum + stream.bytes, 0) >= maxBytes;
  try {
    for (const entry of config.sources) {
      const source = await sourceOf(entry.input, world);
      const options = { buffer: config.buffer, newId, now, tell, signal: ended, isFull, hurry: () => pacer.hurry() };
      opened.push({ source, stream: new Stream(entry, source, options) });
    }
    const streams = opened.map(({ stream }) => stream);
    tell({ event: 'started', site: config.site, message: `${streams.length} sources into ${config.upload.bucket}` });
    const sending = new Dispatch(config, world, streams).run(pacer, ended);
    const reading = opened.map(({ source, stream }) =>
      source.run(stream, (happening) => tell({ source: stream.config.name, ...happening }), ended),
    );
    const work = [...reading, sending];
    await Promise.all(work).catch(async (error) => {
      // A part that fails of itself takes the others with it: half an agent would look like a whole one.
      failed.abort();
      await Promise.allSettled(work);
      throw error;
    });
  } finally {
    for (const { stream } of opened) stream.end();
    unlock();
  }
}

async function sourceOf(input: InputConfig, { env, now }: AgentWorld): Promise<Source> {
  if (input.kind === 'files') return new FileSource(input, now);
  const password = input.passwordFrom === undefined ? undefined : env[input.passwordFrom];
  if (input.kind === 'sql') return new (await import('../sources/sql.ts')).SqlSource(input, password);
  return new (await import('../sources/mqtt.ts')).MqttSource(input, password);
}

/** Pauses that something urgent ends, and the end of the agent too. */
class Pacer {
  #now = new AbortController();

  constructor(signal: AbortSignal) {
    signal.addEventListener('abort', () => this.hurry(), { once: true });
  }

  hurry(): void {
    this.#now.abort();
  }

  async rest(milliseconds: number): Promise<void> {
    await rest(milliseconds, this.#now.signal);
    if (this.#now.signal.aborted) this.#now = new AbortController();
  }
}

/** Sends all streams, again and again; while the link is down, less and less often. */
class Dispatch {
  readonly #config: EdgeConfig;
  readonly #world: AgentWorld;
  readonly #streams: readonly Stream[];
  readonly #round: () => Promise<void>;
  readonly #forget: () => void;
  #link: EdgeStatus['link'] = 'unknown';
  #problem: string | undefined;
  #lastSent: string | undefined;
  #lastBeat = Number.NEGATIVE_INFINITY;

  constructor(config: EdgeConfig, world: AgentWorld, streams: readonly Stream[]) {
    this.#config = config;
    this.#world = world;
    this.#streams = streams;
    const { group, site, region, upload } = config;
    const keys = keyringOf(config, world.send, world.now);
    const way = { region, credentials: () => keys.get(), endpoint: upload.endpoint, requestHandler: world.send };
    const landing = landingOf(way, upload.bucket);
    const tell: Tell = (happening) => {
      if (happening.event === 'sent') this.#lastSent = new Date(world.now()).toISOString();
      world.tell(happening);
    };
    this.#forget = () => keys.forget();
    this.#round = async () => {
      for (const stream of streams) await sendStream(stream, { group, site, landing, tell });
      if (world.now() - this.#lastBeat < upload.heartbeat) return;
      await landing.put(heartbeatKey(group, site), `${JSON.stringify({ ...this.#status(), link: 'up' })}\n`);
      this.#lastBeat = world.now();
    };
  }

  async run(pacer: Pacer, signal: AbortSignal): Promise<void> {
    const { every, retry } = this.#config.upload;
    let failures = 0;
    while (!signal.aborted) {
      for (const stream of this.#streams) stream.tick(every);
      failures = (await this.#try()) ? 0 : failures + 1;
      this.#write();
      const patience = { sleep: async () => undefined, random: this.#world.random, base: FIRST_PAUSE, cap: retry };
      await pacer.rest(failures === 0 ? Math.min(TICK, every) : Math.max(100, pause(failures, patience)));
    }
    await this.#drain();
  }

  /** What there is goes out before the process does; what does not stays in the buffer. */
  async #drain(): Promise<void> {
    const until = this.#world.now() + this.#config.upload.grace;
    for (const stream of this.#streams) stream.tick(0);
    this.#lastBeat = Number.NEGATIVE_INFINITY;
    while (!(await this.#try()) && this.#world.now() < until) await rest(FIRST_PAUSE, new AbortController().signal);
    this.#write();
    const left = this.#streams.reduce((sum, { out, raw }) => sum + out.items + (raw?.items ?? 0), 0);
    this.#world.tell({ event: 'stopped', message: left === 0 ? 'all was sent' : `${left} records stay in the buffer` });
  }

  async #try(): Promise<boolean> {
    const { tell } = this.#world;
    try {
      await this.#round();
      if (this.#link === 'down') tell({ event: 'link-up' });
      this.#link = 'up';
      this.#problem = undefined;
      return true;
    } catch (error) {
      const { code, message, keys } = troubleOf(error);
      if (keys) this.#forget();
      // Once for each trouble, not once for each try.
      if (this.#problem !== message) tell({ event: 'link-down', code, message });
      this.#link = 'down';
      this.#problem = message;
      return false;
    }
  }

  #status(): EdgeStatus {
    const now = this.#world.now();
    const { site, group } = this.#config;
    const sources = this.#streams.map((stream) => sourceStatus(stream, now));
    return {
      site,
      group,
      at: new Date(now).toISOString(),
      link: this.#link,
      ...(this.#lastSent === undefined ? {} : { lastSent: this.#lastSent }),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
      lagMs: Math.max(0, ...sources.map(({ lagMs }) => lagMs)),
      sources,
    };
  }

  #write(): void {
    try {
      writeStatus(this.#config.buffer.folder, this.#status());
    } catch (error) {
      // A full disk: the buffer has its own words for it.
      this.#problem ??= (error as Error).message;
    }
  }
}
