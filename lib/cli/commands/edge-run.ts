import { randomBytes } from 'node:crypto';
import { runAgent } from '#edge/agent/agent.ts';
import type { Happening } from '#edge/sources/source.ts';
import { wayOut } from '#edge/upload/way.ts';
import type { Invocation } from '../command.ts';
import { edgeConfig } from '../edge-file.ts';
import { type Io, type Tone, tone } from '../io.ts';

const TONES: Readonly<Record<string, Tone>> = {
  alarm: 'bad',
  damaged: 'bad',
  'disk-failed': 'bad',
  'link-down': 'bad',
  'session-lost': 'bad',
  'source-lost': 'bad',
  rejected: 'warn',
  'buffer-full': 'warn',
  'link-up': 'good',
  'source-back': 'good',
  started: 'good',
};

export async function run(invocation: Invocation): Promise<undefined> {
  const { io, json } = invocation;
  const config = edgeConfig(invocation);
  const send = wayOut(config.upload.ca);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const world = {
    now: Date.now,
    random: Math.random,
    newId: () => randomBytes(5).toString('hex'),
    env: io.env,
    send,
    tell: (happening: Happening) => tell(io, json, happening),
  };
  try {
    await runAgent(config, world, stop.signal);
  } finally {
    send.destroy();
  }
  return undefined;
}

function tell(io: Io, json: boolean, happening: Happening): void {
  const at = new Date().toISOString();
  if (json) {
    io.out(`${JSON.stringify({ at, ...happening })}\n`);
    return;
  }
  const { event, source, message, first, last, code } = happening;
  const numbers = first === undefined ? '' : `${String(first)}-${String(last)}`;
  const parts = [source, numbers, message, code === undefined ? '' : `(${String(code)})`];
  const said = parts.filter((part) => part !== undefined && part !== '').join(' ');
  io.out(`${tone(io, 'dim', at)} ${tone(io, TONES[event] ?? 'dim', event)} ${said}\n`);
}
