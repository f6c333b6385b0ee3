import { readStatus } from '#edge/agent/status.ts';
import type { Invocation } from '../command.ts';
import { edgeConfig } from '../edge-file.ts';
import { tone } from '../io.ts';
import { renderTable } from '../table.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io, json } = invocation;
  const status = readStatus(edgeConfig(invocation).buffer.folder);
  if (json) {
    io.out(`${JSON.stringify(status)}\n`);
    return;
  }
  type Line = (typeof status.sources)[number];
  const columns = [
    { title: 'source', value: ({ source }: Line) => source },
    { title: 'buffered', value: ({ buffered }: Line) => String(buffered), right: true },
    { title: 'bytes', value: ({ bytes }: Line) => String(bytes), right: true },
    { title: 'last number', value: ({ sequence }: Line) => String(sequence), right: true },
    { title: 'waits', value: ({ lagMs }: Line) => `${Math.round(lagMs / 1000)} s`, right: true },
  ];
  io.out(renderTable(status.sources, columns, io.columns));
  const agent = status.pid === undefined ? tone(io, 'bad', 'no agent runs') : `process ${status.pid}`;
  const link = tone(io, status.link === 'up' ? 'good' : 'bad', `link ${status.link}`);
  io.err(
    `${status.site} of ${status.group}: ${agent}, ${link}, last sent ${status.lastSent ?? 'never'}, as of ${status.at}\n`,
  );
  if (status.problem !== undefined) io.err(`${tone(io, 'bad', 'problem:')} ${status.problem}\n`);
}
