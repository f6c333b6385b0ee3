import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { Happening } from '#edge/sources/source.ts';
import { ACCOUNT, type LandingCloud, REGION } from './landing.ts';

const ENTRY = resolve('bin/weft.ts');

export const CONTRACT = `
apiVersion: v3.1.0
kind: DataContract
id: machine-readings
version: 1.0.0
status: active
schema:
  - name: machine_readings
    physicalType: table
    properties:
      - { name: machine, logicalType: string, required: true, description: the machine, classification: internal }
      - { name: number, logicalType: integer, required: true, description: counts the readings of a machine }
      - { name: measured_at, logicalType: timestamp, required: true, description: when }
      - { name: temperature_c, logicalType: number, description: in degrees Celsius }
`;

/** A folder that is a site: its configuration, its certificate, its contract. */
export interface Site {
  readonly folder: string;
  readonly incoming: string;
  write(config: object): void;
  /** Starts the agent in a process of its own. */
  start(env?: Readonly<Record<string, string>>): AgentProcess;
}

export interface AgentProcess {
  readonly child: ChildProcess;
  readonly happenings: Happening[];
  /** What it said on stderr. */
  errors(): string;
  /** Ends it in the middle of whatever it does. */
  kill(): Promise<void>;
  /** Asks it to end; gives the exit code. */
  stop(): Promise<number | null>;
}

/** @param port where the landing bucket is reached: that of the server, or of a line to it. */
export function makeSite(landing: LandingCloud, port: number, group = 'plant-north'): Site {
  const folder = mkdtempSync(join(tmpdir(), 'weft-site-'));
  const incoming = join(folder, 'incoming');
  mkdirSync(incoming);
  writeFileSync(join(folder, 'contract.yaml'), CONTRACT);
  writeFileSync(join(folder, 'ca.pem'), landing.servers.pem);
  const device = landing.device(group);
  writeFileSync(join(folder, 'device.pem'), device.pem);
  writeFileSync(join(folder, 'device.key'), device.keyPem);
  const endpoint = `https://127.0.0.1:${port}`;
  const { trustAnchor, profile, role } = landing;
  const base = {
    mesh: 'acme',
    domain: 'factory',
    account: ACCOUNT,
    region: REGION,
    site: 'press-line-1',
    group,
    buffer: { segmentBytes: '16 KiB' },
    upload: { every: '200 ms', retry: '400 ms', grace: '5 seconds', heartbeat: '1 second', endpoint, ca: 'ca.pem' },
    credentials: {
      rolesAnywhere: { certificate: 'device.pem', key: 'device.key', trustAnchor, profile, role, endpoint },
    },
  };
  return {
    folder,
    incoming,
    write: (config) => writeFileSync(join(folder, 'edge.yaml'), stringify({ ...base, ...config })),
    start: (env = {}) => startAgent(folder, env),
  };
}

function startAgent(folder: string, env: Readonly<Record<string, string>>): AgentProcess {
  const child = spawn(process.execPath, [ENTRY, 'edge', 'run', '--json'], {
    cwd: folder,
    env: { ...process.env, ...env },
  });
  const happenings: Happening[] = [];
  let rest = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) happenings.push(JSON.parse(line) as Happening);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  return {
    child,
    happenings,
    errors: () => errors,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** The ports that a process listens on: its sockets among those that the kernel lists as listening (proc(5)). */
export function listeningPorts(pid: number): number[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((kind) =>
    readFileSync(`/proc/${pid}/net/${kind}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => (kind.startsWith('udp') || columns[3] === '0A') && sockets.has(columns[9] ?? ''))
      .map((columns) => Number.parseInt(columns[1]?.split(':')[1] ?? '0', 16)),
  );
}

/** Waits until it is so. @throws when it takes too long, with what was seen last. */
export async function until(what: string, so: () => boolean | Promise<boolean>, milliseconds = 20_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await so())) {
    if (Date.now() > deadline) throw new Error(`after ${milliseconds} ms still not: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
