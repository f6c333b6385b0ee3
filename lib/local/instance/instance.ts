import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { Cloud } from '../core/cloud.ts';
import type { Service } from '../core/service.ts';
import { type DeployOptions, deployAssembly } from '../deployer/deploy.ts';
import type { DeployResult } from '../deployer/progress.ts';
import { IdentityGate } from '../services/iam/gate.ts';
import { adminHandler } from './admin.ts';
import { makeWritable } from './data-folder.ts';
import { DEFAULT_PORT, listen } from './listen.ts';
import { takeLock } from './lock.ts';
import { allServices } from './services.ts';

export interface InstanceOptions {
  /** Default `.weft`. */
  readonly folder?: string;
  /** Default 4566; 0 takes a free one. */
  readonly port?: number;
  /** When the port is taken, fail and do not take the next free one. Default false. */
  readonly pinned?: boolean;
  /** Whether background work runs by itself. Default true; tests set it false and call `settle`. */
  readonly live?: boolean;
  /** Default `us-east-1`. */
  readonly region?: string;
  readonly clock?: Clock;
  /** Which services there are. Default: all of them. */
  readonly services?: (cloud: Cloud) => Service[];
}

/** A running local AWS: a cloud whose state is in a folder, served on 127.0.0.1. */
export interface Instance {
  readonly cloud: Cloud;
  /** Absolute. */
  readonly folder: string;
  readonly endpoint: string;
  readonly port: number;
  /** What the user should know, e.g. that the wanted port was taken. */
  readonly notices: readonly string[];
  /** Resolves when somebody asked over HTTP that it stops; whoever opened it then closes it. */
  readonly stopRequested: Promise<void>;
  /** Deploys a cloud assembly into it. */
  deploy(assemblyDirectory: string, options?: DeployOptions): Promise<DeployResult>;
  /** Adds to what `<folder>/local.json` tells other processes of this start, e.g. topology and API URL. */
  describe(facts: Readonly<Record<string, unknown>>): void;
  /** Ends all work, lets port and folder go. The state stays. */
  close(): Promise<void>;
}

/**
 * Opens the local AWS of a folder, with the state that the folder holds.
 * @throws WeftError `WEFT-LOCAL-001` port taken, `-002` folder not writable, `-003` folder in use.
 */
export async function openInstance(options: InstanceOptions = {}): Promise<Instance> {
  const folder = resolve(options.folder ?? '.weft');
  makeWritable(folder);
  const unlock = takeLock(folder);
  const { region, clock } = options;
  const cloud = new Cloud({ folder, stateFile: join(folder, 'state.sqlite'), region, clock });
  try {
    for (const service of (options.services ?? allServices)(cloud)) cloud.register(service);
    if (cloud.serviceNamed('iam') !== undefined) cloud.observe(new IdentityGate(cloud));
    const { promise: stopRequested, resolve: stop } = Promise.withResolvers<void>();
    const port = options.port ?? DEFAULT_PORT;
    const { server, notice } = await listen(cloud, port, options.pinned ?? false, adminHandler(cloud, stop));
    cloud.live = options.live ?? true;
    cloud.wake();
    // Of this start only: what an earlier one told, beside the id of this process, would pass for what is up now.
    let facts: Readonly<Record<string, unknown>> = {};
    const publish = () => {
      const { endpoint } = server;
      const told = { ...facts, endpoint, port: server.port, pid: process.pid, region: cloud.region };
      const file = join(folder, 'local.json');
      // Whole at any moment that another process reads it.
      writeFileSync(`${file}.new`, `${JSON.stringify(told, undefined, 2)}\n`);
      renameSync(`${file}.new`, file);
    };
    publish();
    return {
      cloud,
      folder,
      endpoint: server.endpoint,
      port: server.port,
      notices: notice === undefined ? [] : [notice],
      stopRequested,
      deploy: (directory, deployOptions) => deployAssembly(cloud, directory, deployOptions),
      describe: (more) => {
        facts = { ...facts, ...more };
        publish();
      },
      close: async () => {
        await server.close();
        await cloud.close();
        rmSync(join(folder, 'local.json'), { force: true });
        unlock();
      },
    };
  } catch (error) {
    await cloud.close();
    unlock();
    throw error;
  }
}
