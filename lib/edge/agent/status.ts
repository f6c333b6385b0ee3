import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { userError } from '#mesh/error.ts';
import { readJson, replaceFile } from '../buffer/disk.ts';
import { agentOf } from './lock.ts';
import type { Stream } from './stream.ts';

/** How one source stands. */
export interface SourceStatus {
  readonly source: string;
  /** Records that are on the disk and were not sent. */
  readonly buffered: number;
  readonly bytes: number;
  /** The number of the last record that came. */
  readonly sequence: number;
  /** How long the oldest of what was not sent has waited, in milliseconds; 0 when nothing waits. */
  readonly lagMs: number;
}

/** How an agent stands: what `weft edge status` shows, and what the heartbeat in the landing bucket says. */
export interface EdgeStatus {
  readonly site: string;
  readonly group: string;
  readonly at: string;
  /** Whether the last try to send succeeded. */
  readonly link: 'up' | 'down' | 'unknown';
  readonly lastSent?: string;
  /** What stands in the way, while the link is down. */
  readonly problem?: string;
  readonly lagMs: number;
  readonly sources: readonly SourceStatus[];
}

const FILE = 'status.json';

export function sourceStatus(stream: Stream, now: number): SourceStatus {
  const { out, raw, config } = stream;
  const oldest = Math.min(out.oldest ?? Number.POSITIVE_INFINITY, raw?.oldest ?? Number.POSITIVE_INFINITY);
  return {
    source: config.name,
    buffered: out.items + (raw?.items ?? 0),
    bytes: stream.bytes,
    sequence: stream.incoming.next - 1,
    lagMs: Number.isFinite(oldest) ? Math.max(0, now - oldest) : 0,
  };
}

export function writeStatus(folder: string, status: EdgeStatus): void {
  replaceFile(join(folder, FILE), `${JSON.stringify(status)}\n`, false);
}

/**
 * What the agent of a buffer last said, and whether it runs.
 * @throws WeftError `WEFT-EDGE-029` when none ever ran there.
 */
export function readStatus(folder: string): EdgeStatus & { readonly pid?: number } {
  const file = join(folder, FILE);
  const status = existsSync(file) ? readJson<EdgeStatus>(file) : undefined;
  if (status === undefined) {
    throw userError('WEFT-EDGE-029', `no agent ever ran on the buffer ${folder}`, {
      hint: 'start it with: weft edge run',
    });
  }
  const pid = agentOf(folder);
  return pid === undefined ? status : { ...status, pid };
}
