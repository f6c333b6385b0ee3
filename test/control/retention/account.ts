import { generateKeyPairSync, sign } from 'node:crypto';
import type { MeshApi } from '#aws/mesh-api.ts';
import type { Registry, VersionState } from '#aws/registry.ts';
import { disposalsOf } from '#control/disposal-duties.ts';
import { createDisposalBook } from '#control/disposal-record.ts';
import { takeDisposalReport } from '#control/disposal-report.ts';
import { type DisposeDeps, type Disposed, dispose } from '#control/dispose.ts';
import { parseReport } from '#mesh/event/envelope.ts';
import type { DisposalReported } from '#mesh/event/report.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import type { KnownQuery, ResultPlace } from '#mesh/retention/copies.ts';
import { addressOf, type StoredPartition, type StoredVersion } from '#mesh/retention/plan.ts';
import { identityOf, type SignedDisposal } from '#mesh/retention/record.ts';
import { domainNamed } from '#mesh/topology/topology.ts';
import { TOPOLOGY } from '../../mesh/fixtures.ts';
import { CURSORS } from '../sealed.ts';

/** What a process that was killed throws from then on. */
class Killed extends Error {}

/** The accounts of a mesh as its disposals see them, in memory: every step of theirs can be the last. */
export class Accounts {
  now: Date;
  products: ProductRecord[];
  versions: StoredVersion[] = [];
  partitions: StoredPartition[] = [];
  queries: KnownQuery[] = [];
  readonly results: ResultPlace[] = [];
  /** What was written once, by address. */
  readonly kept = new Map<string, string>();
  /** What was deleted, in its order. */
  readonly removed: StoredVersion[] = [];
  readonly gone: StoredPartition[] = [];
  /** Called at each deletion. */
  onRemove: (version: StoredVersion) => void = () => undefined;
  /** Called at each call that deletes, right before its first deletion. */
  onCall: () => void = () => undefined;
  /** Called before each step with its number. */
  onStep: (step: number) => void = () => undefined;
  #stepsLeft = Number.POSITIVE_INFINITY;
  #killed = false;
  #step = 0;
  readonly #pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  constructor(now: Date, products: readonly ProductRecord[]) {
    this.now = now;
    this.products = [...products];
  }

  get publicKey(): string {
    return this.#pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  }

  /** One run of a domain's disposal, which is killed after so many steps. */
  async run(domain: string, steps = Number.POSITIVE_INFINITY): Promise<Disposed | undefined> {
    this.#stepsLeft = steps;
    this.#killed = false;
    this.#step = 0;
    try {
      const done = await dispose(this.#deps(domain));
      return this.#killed ? undefined : done;
    } catch (error) {
      if (error instanceof Killed) return undefined;
      throw error;
    }
  }

  /** Every signed record that was written down. */
  records(): SignedDisposal[] {
    return [...this.kept]
      .filter(([address]) => address.includes('/disposals/records/'))
      .map(([, text]) => JSON.parse(text) as SignedDisposal);
  }

  product(id: string): ProductRecord {
    const found = this.products.find((product) => productId(product) === id);
    if (found === undefined) throw new Error(`no product ${id}`);
    return found;
  }

  replace(product: ProductRecord): void {
    this.products = this.products.map((one) =>
      productId(one) === productId(product) && one.major === product.major ? product : one,
    );
  }

  #tick(): void {
    this.#step += 1;
    if (!this.#killed) this.onStep(this.#step);
    this.#stepsLeft -= 1;
    if (this.#stepsLeft < 0) this.#killed = true;
    if (this.#killed) throw new Killed('killed');
  }

  #deps(domain: string): DisposeDeps {
    const account = domainNamed(TOPOLOGY, domain)?.account ?? '';
    const bucket = `toy-${domain}-${account}-eu-central-1`;
    const tick = () => this.#tick();
    const outcome = <T>(done: T[]) => ({ done, failed: [], unclear: [] });
    const objects: DisposeDeps['objects'] & { keys(): Promise<string[]>; read(): Promise<string | undefined> } = {
      versions: async (at, prefix) => {
        tick();
        return this.versions.filter((version) => version.bucket === at && version.key.startsWith(prefix));
      },
      remove: async (versions, before) => {
        await before();
        this.onCall();
        for (const version of versions) {
          tick();
          const there = this.versions.find((one) => identityOf(one) === identityOf(version));
          if (there === undefined) continue;
          this.onRemove(there);
          this.removed.push(there);
          this.versions = this.versions.filter((one) => one !== there);
        }
        tick();
        return outcome([...versions]);
      },
      keys: () => Promise.resolve([]),
      read: () => Promise.resolve(undefined),
    };
    const kept = {
      keys: async (at: string, prefix: string) => {
        tick();
        const start = addressOf({ bucket: at, key: prefix });
        return [...this.kept.keys()]
          .filter((address) => address.startsWith(start))
          .map((address) => address.slice(addressOf({ bucket: at, key: '' }).length));
      },
      read: async (at: string, key: string) => {
        tick();
        return this.kept.get(addressOf({ bucket: at, key }));
      },
    };
    return {
      mesh: TOPOLOGY.mesh,
      domain,
      account,
      api: this.#api(domain, account),
      bus: {
        put: async (events) => {
          tick();
          for (const { detail } of events) await this.#take(detail, account);
          tick();
          return outcome([...events]);
        },
      },
      partitions: {
        list: async () => {
          tick();
          return this.partitions;
        },
        remove: async (_at, partitions, before) => {
          await before();
          this.onCall();
          tick();
          const names = new Set(partitions.map(({ values }) => JSON.stringify(values)));
          this.gone.push(...this.partitions.filter(({ values }) => names.has(JSON.stringify(values))));
          this.partitions = this.partitions.filter(({ values }) => !names.has(JSON.stringify(values)));
          tick();
          return outcome([...partitions]);
        },
      },
      objects,
      book: createDisposalBook({
        bucket,
        objects: kept,
        once: {
          put: async (key, body) => {
            tick();
            const address = addressOf({ bucket, key });
            if (this.kept.has(address)) return false;
            this.kept.set(address, body);
            tick();
            return true;
          },
        },
        archive: {
          put: async (key, body) => {
            tick();
            const address = addressOf({ bucket: 'audit', key });
            if (this.kept.has(address)) return false;
            this.kept.set(address, body);
            tick();
            return true;
          },
        },
        key: {
          keyId: 'arn:aws:kms:eu-central-1:222222222222:key/k',
          sign: async (text) => {
            tick();
            return sign('sha256', Buffer.from(text), this.#pair.privateKey).toString('base64');
          },
          publicKey: async () => this.publicKey,
        },
      }),
      results: domain === 'finance' ? this.results : [],
      queries: async (ids) => this.queries.filter(({ id }) => ids.includes(id)),
      now: () => this.now,
    };
  }

  #api(domain: string, account: string): Pick<MeshApi, 'list'> {
    const arn = `arn:aws:sts::${account}:assumed-role/toy-${domain}-disposal/x`;
    return {
      list: async <T>(_path: string, query: Readonly<Record<string, string>>) => {
        this.#tick();
        const caller = { arn, account, domain, machine: 'disposal' as const };
        return (await disposalsOf(domain, query, caller, {
          registry: this.registry() as Registry,
          cursors: CURSORS,
          now: () => this.now,
        })) as T;
      },
    };
  }

  async #take(detail: object, account: string): Promise<void> {
    const parsed = parseReport(detail);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const taken = await takeDisposalReport(parsed.value as DisposalReported, account, {
      registry: this.registry(),
      topology: async () => TOPOLOGY,
      now: () => this.now,
    });
    if (typeof taken !== 'string') throw new Error(taken.refused);
  }

  /** The registry, as far as a disposal needs it. */
  registry(): Pick<Registry, 'page' | 'versions' | 'version' | 'write'> {
    const state = (product: ProductRecord): VersionState => ({ product, subscriptions: [], shares: [] });
    return {
      page: async () => ({ records: this.products as never[] }),
      versions: async ({ domain, name }) =>
        this.products.filter((one) => one.domain === domain && one.name === name).map(state),
      version: async ({ domain, name, major }) => {
        const found = this.products.find((one) => one.domain === domain && one.name === name && one.major === major);
        return found === undefined ? undefined : state(found);
      },
      write: async (writes) => {
        for (const { record } of writes) this.replace(record as ProductRecord);
      },
    };
  }
}
