import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import type { Service } from '#local/core/service.ts';
import { StsService } from '#local/services/sts.ts';
import { type Difference, expectDifference, readDifferences } from './differences.ts';
import { hasMoto, type MotoServer, motoCredentials, startMoto } from './moto.ts';

/** What a client of the SDK is made from, as far as the harness sets it. */
interface ClientConfig {
  readonly region: string;
  readonly endpoint: string;
  readonly maxAttempts: number;
  readonly forcePathStyle: boolean;
}

/** Why a test cannot be asked of moto at all; what moto answers otherwise is a difference instead. */
const LOCAL_ONLY = {
  clock: 'the clock is moved',
  cloud: 'lib/local is asked in a way of its own',
} as const;

/** One implementation of AWS under test. */
export interface Backend {
  readonly name: 'lib/local' | 'moto';
  /** The account of the running test; every test has its own, so that tests do not see each other's resources. */
  readonly account: string;
  /** One more account that nobody else uses. */
  newAccount(): string;
  /** A client of the SDK that calls as `role/tester` of the account, or as the role whose ARN is given. Default: the test's account. */
  client<C>(type: new (config: never) => C, accountOrRole?: string): C;
  /** The local cloud. @throws on moto. */
  readonly cloud: Cloud;
  /** Epoch milliseconds by the clock of the backend. */
  now(): number;
  /** Moves the clock of the local cloud. @throws on moto. */
  advance(milliseconds: number): void;
  /** A test that runs on `lib/local` only; on moto it is skipped with the reason in its name. */
  localOnly(reason: keyof typeof LOCAL_ONLY, name: string, run: () => void | Promise<void>): void;
  /** A test that holds on `lib/local` and must fail on moto as the row of `differences.yaml` says. */
  differs(id: string, name: string, run: () => void | Promise<void>): void;
}

export interface BackendOptions {
  /** Whether moto covers the service; a string says why it does not. */
  readonly moto: true | string;
  /** The services of the local cloud beside STS. */
  readonly services: (cloud: Cloud) => readonly Service[];
}

const REGION = 'us-east-1';

/**
 * Runs one suite of SDK code against `lib/local` and, where moto covers the service, against `moto_server` on a free port of 127.0.0.1.
 * Without `moto_server` on the PATH the second half is one skipped test that says so; with `WEFT_REQUIRE_MOTO=1` it fails.
 */
export function describeBackends(title: string, options: BackendOptions, suite: (backend: Backend) => void): void {
  describe(`${title} on lib/local`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'weft-contract-'));
    const cloud = new Cloud({ folder, region: REGION, clock: new Clock() });
    for (const service of [new StsService(), ...options.services(cloud)]) cloud.register(service);
    const accounts = accountNumbers();
    afterAll(async () => {
      await cloud.close();
      rmSync(folder, { recursive: true, force: true });
    });
    beforeEach(() => void accounts.next());
    suite(localBackend(cloud, accounts));
  });

  describe(`${title} on moto`, () => {
    if (options.moto !== true) {
      test.skip(`not run: ${options.moto}`, () => {});
      return;
    }
    if (!hasMoto()) {
      if (process.env.WEFT_REQUIRE_MOTO === '1') {
        test('moto_server is on the PATH', () => {
          throw new Error('WEFT_REQUIRE_MOTO=1 and there is no moto_server on the PATH');
        });
      } else test.skip('not run: moto_server is not on the PATH', () => {});
      return;
    }
    let server: MotoServer | undefined;
    const accounts = accountNumbers();
    beforeAll(async () => {
      server = await startMoto();
    }, 30_000);
    afterAll(() => server?.stop());
    beforeEach(() => void accounts.next());
    suite(motoBackend(() => server?.endpoint ?? 'http://127.0.0.1:1', accounts));
  });
}

function localBackend(cloud: Cloud, accounts: AccountNumbers): Backend {
  return {
    name: 'lib/local',
    get account() {
      return accounts.current;
    },
    newAccount: accounts.extra,
    client: (type, who) => new type(cloud.clientConfig(roleArn(who ?? accounts.current)) as never),
    cloud,
    now: () => cloud.clock.now(),
    advance: (milliseconds) => cloud.clock.advance(milliseconds),
    localOnly: (_reason, name, run) => test(name, run),
    differs: (id, name, run) => {
      difference(id);
      test(name, run);
    },
  };
}

function motoBackend(endpoint: () => string, accounts: AccountNumbers): Backend {
  return {
    name: 'moto',
    get account() {
      return accounts.current;
    },
    newAccount: accounts.extra,
    client: (type, who) => {
      const config: ClientConfig = { region: REGION, endpoint: endpoint(), maxAttempts: 1, forcePathStyle: true };
      const credentials = () => motoCredentials(config.endpoint, roleArn(who ?? accounts.current));
      return new type({ ...config, credentials } as never);
    },
    get cloud(): Cloud {
      throw new Error('moto has no Cloud: use localOnly');
    },
    now: () => Date.now(),
    advance: () => {
      throw new Error('the clock of moto cannot be moved: use localOnly');
    },
    localOnly: (reason, name) => test.skip(`${name} (lib/local only: ${LOCAL_ONLY[reason]})`, () => {}),
    differs: (id, name, run) => {
      const row = difference(id);
      test(`differs in this: ${name} (${row.id})`, () => expectDifference(row, run));
    },
  };
}

const DIFFERENCES = new Map(readDifferences().map((row) => [row.id, row]));

function difference(id: string): Difference {
  const row = DIFFERENCES.get(id);
  if (row === undefined) throw new Error(`${id} has no row in test/contract/differences.yaml`);
  return row;
}

interface AccountNumbers {
  readonly current: string;
  next(): void;
  extra(): string;
}

function accountNumbers(): AccountNumbers {
  let last = 100_000_000_000;
  let current = String(last);
  const extra = () => {
    last += 1;
    return String(last);
  };
  return {
    get current() {
      return current;
    },
    next: () => {
      current = extra();
    },
    extra,
  };
}

function roleArn(accountOrRole: string): string {
  return accountOrRole.startsWith('arn:') ? accountOrRole : `arn:aws:iam::${accountOrRole}:role/tester`;
}
