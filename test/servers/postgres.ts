import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from './free-port.ts';

/** A PostgreSQL server of a test's own, with data in a temporary folder. */
export interface PostgresServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** `postgres://…`, of the superuser. */
  readonly url: string;
  /** Runs statements as the superuser; gives the rows of the last one. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Stops it, and starts it again on the same port with the same data. */
  halt(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** PEM files; with them the server speaks TLS and takes nothing else over TCP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** More lines of `postgresql.conf`. */
  readonly settings?: readonly string[];
}

const DEBIAN = '/usr/lib/postgresql';
const PASSWORD = 'of-a-test';
const START_MILLISECONDS = 20_000;

/** The folder of PostgreSQL's programs, the newest version of Debian's packages first. */
function programs(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(DEBIAN, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')));
}

/** What is missing to start a server, or undefined. */
export function postgresMissing(): string | undefined {
  if (programs() === undefined) return `there is no PostgreSQL below ${DEBIAN}`;
  if (process.getuid?.() === 0 && account() === undefined)
    return 'PostgreSQL runs not as root, and there is no user postgres';
  return undefined;
}

/** Starts PostgreSQL on a free port of 127.0.0.1, without the durability that a test has no use for. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const bin = programs();
  if (bin === undefined) throw new Error(postgresMissing());
  const folder = mkdtempSync(join(tmpdir(), 'weft-postgres-'));
  const owner = process.getuid?.() === 0 ? account() : undefined;
  const as = owner === undefined ? {} : { uid: owner.uid, gid: owner.gid };
  const own = (path: string) => owner !== undefined && chownSync(path, owner.uid, owner.gid);
  own(folder);
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  appendFileSync(passwordFile, PASSWORD);
  own(passwordFile);
  execFileSync(
    join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'weft',
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '-E',
      'UTF8',
      '--locale',
      'C',
      '--no-sync',
    ],
    { ...as, cwd: folder, stdio: 'ignore' },
  );
  const port = await freePort();
  const settings = [
    `port = ${port}`,
    `listen_addresses = '127.0.0.1'`,
    // The path of a socket may have 107 bytes, and a temporary folder may be a long one.
    `unix_socket_directories = ''`,
    'fsync = off',
    'synchronous_commit = off',
    'full_page_writes = off',
    'max_connections = 20',
    'shared_buffers = 16MB',
    ...tlsSettings(options, folder, own),
    ...(options.settings ?? []),
  ];
  appendFileSync(join(data, 'postgresql.conf'), `${settings.join('\n')}\n`);
  const run = () => {
    const child = spawn(join(bin, 'postgres'), ['-D', data], { ...as, cwd: folder, stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    return { child, ended };
  };
  let server = run();
  const halt = async () => {
    server.child.kill('SIGINT');
    await server.ended;
  };
  const url = `postgres://weft:${PASSWORD}@127.0.0.1:${port}/postgres`;
  const query = (sql: string) => ask(url, sql, options.tls !== undefined);
  await answers(server.child, query);
  return {
    host: '127.0.0.1',
    port,
    user: 'weft',
    password: PASSWORD,
    database: 'postgres',
    url,
    query,
    halt,
    resume: async () => {
      server = run();
      await answers(server.child, query);
    },
    stop: async () => {
      await halt();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function tlsSettings({ tls }: PostgresOptions, folder: string, own: (path: string) => unknown): string[] {
  if (tls === undefined) return [];
  const [cert, key] = ['server.crt', 'server.key'].map((name) => join(folder, name)) as [string, string];
  appendFileSync(cert, tls.cert);
  appendFileSync(key, tls.key);
  for (const file of [cert, key]) {
    chmodSync(file, 0o600);
    own(file);
  }
  const hba = join(folder, 'pg_hba.conf');
  appendFileSync(hba, 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
  own(hba);
  return ['ssl = on', `ssl_cert_file = '${cert}'`, `ssl_key_file = '${key}'`, `hba_file = '${hba}'`];
}

async function answers(child: ChildProcess, query: (sql: string) => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + START_MILLISECONDS;
  for (;;) {
    try {
      await query('select 1');
      return;
    } catch (error) {
      if (child.exitCode !== null || Date.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error('PostgreSQL did not start', { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function ask(connectionString: string, sql: string, tls: boolean): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString, ...(tls ? { ssl: { rejectUnauthorized: false } } : {}) });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const answer: unknown = await client.query(sql);
    const last = Array.isArray(answer) ? answer.at(-1) : answer;
    return (last as { rows: Record<string, unknown>[] }).rows;
  } finally {
    await client.end();
  }
}

/** The user that the server runs as when the tests run as root. */
function account(): { readonly uid: number; readonly gid: number } | undefined {
  try {
    const id = (flag: string) =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}
