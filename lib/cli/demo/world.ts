import type { Instance } from '#local/instance/instance.ts';
import { type Connection, connectAs, type LocalMesh } from '../connection.ts';
import { CallCounter } from './call-counter.ts';

/** What a step of the demo hands on to those after it. */
export interface Notes {
  /** Subscription ids by product. */
  readonly subscriptions: Map<string, string>;
  /** AWS requests of the Lambdas, by what was done. */
  readonly calls: Map<'register' | 'share' | 'revoke', Readonly<Record<string, number>>>;
  /** Milliseconds from command to Ready, by product. */
  readonly registerMs: Map<string, number>;
  /** The URL of the queue in which the analytics domain collects what the mesh tells it. */
  eventQueue?: string;
}

/** A little less than the hour that the keys of a session hold, in milliseconds. */
const SESSION = 50 * 60_000;

/** The demo's mesh, as its people reach it: every call goes through HTTP with their own keys. */
export class World {
  readonly local: LocalMesh;
  readonly instance: Instance;
  readonly counter: CallCounter;
  readonly notes: Notes = { subscriptions: new Map(), calls: new Map(), registerMs: new Map() };
  readonly #connections = new Map<string, { readonly connection: Connection; readonly until: number }>();

  constructor(instance: Instance, local: LocalMesh) {
    this.instance = instance;
    this.local = local;
    this.counter = new CallCounter(instance.cloud);
  }

  /** The mesh as seen by `<domain>/<role>` or a role ARN. */
  async as(principal: string): Promise<Connection> {
    const { clock } = this.instance.cloud;
    const known = this.#connections.get(principal);
    if (known !== undefined && clock.now() < known.until) return known.connection;
    const connection = await connectAs(principal, this.local, 'demo');
    this.#connections.set(principal, { connection, until: clock.now() + SESSION });
    return connection;
  }

  /** Waits until everything that was set off has been done. */
  settle(): Promise<void> {
    return this.instance.cloud.settle();
  }
}
