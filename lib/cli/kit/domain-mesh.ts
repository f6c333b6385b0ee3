import { globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { readDomainRepository } from '#constructs/domain-repository.ts';
import type { Instance } from '#local/instance/instance.ts';
import { userError } from '#mesh/error.ts';
import type { RowChange } from '#mesh/event/rows.ts';
import { exchangeName, snapshotPrefix } from '#mesh/pipeline/exchange.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { domainRoleName, exchangeBucketName, landingBucketName, roleArn } from '#mesh/topology/names.ts';
import { type Domain, domainNamed, type Topology } from '#mesh/topology/topology.ts';
import { query } from '../athena.ts';
import { type Connection, connectAs, type LocalMesh } from '../connection.ts';
import { publishBody, readProductFolder } from '../product-folder.ts';
import { waitForProduct, waitForSubscription } from '../wait.ts';
import { putDelivery } from './deliver.ts';
import { sendToPipeline, type Taken, takeSnapshot } from './exchange.ts';
import { lendProduct } from './lend.ts';
import { tellRows } from './tell.ts';

/** A row of an answer: values by column, as Athena prints them. */
export type Row = Readonly<Record<string, string | null>>;

/** What somebody asks for, and for whom. */
export interface Wish {
  /** `<domain>/<role>`, e.g. `analytics/analyst`. */
  readonly as: string;
  readonly purpose: string;
  /** For the pipeline of the domain that asks, not for a person. */
  readonly pipeline?: boolean;
  /** Default: what everybody may see. */
  readonly clearance?: string;
  readonly tables?: readonly string[];
}

const A_MONTH = 30 * 86_400_000;

/** A mesh on this machine with the stacks of a domain's repository, as its people use it. Every call is theirs, with their rights. */
export class DomainMesh implements AsyncDisposable {
  readonly topology: Topology;
  readonly domain: Domain;
  readonly #instance: Instance;
  readonly #local: LocalMesh;
  readonly #repository: string;
  readonly #connections = new Map<string, Connection>();
  readonly #closing: () => Promise<void>;

  constructor(
    { instance, local }: { readonly instance: Instance; readonly local: LocalMesh },
    repository: { readonly folder: string; readonly domain: string },
    closing: () => Promise<void> = () => instance.close(),
  ) {
    const domain = domainNamed(local.topology, repository.domain);
    if (domain === undefined) {
      throw userError('WEFT-TEMPLATE-016', `the mesh has no domain ${JSON.stringify(repository.domain)}`, {
        hint: 'name the domain of cdk.json in mesh.yaml',
      });
    }
    this.topology = local.topology;
    this.domain = domain;
    this.#instance = instance;
    this.#local = local;
    this.#repository = repository.folder;
    this.#closing = closing;
  }

  /** Where AWS clients reach it, e.g. `http://127.0.0.1:4566`. */
  get endpoint(): string {
    return this.#local.endpoint;
  }

  /** The mesh as seen by `<domain>/<role>`, `governance/<role>` or a role ARN: its API, and what AWS clients need. */
  async as(principal: string): Promise<Connection> {
    const known = this.#connections.get(principal);
    if (known !== undefined) return known;
    const connection = await connectAs(principal, this.#local, 'test');
    this.#connections.set(principal, connection);
    return connection;
  }

  /** The role of the domain's pipeline. */
  get pipelineRole(): string {
    return roleArn(this.domain.account, domainRoleName(this.topology.mesh, this.domain.name, 'pipeline'));
  }

  /** Puts a file, or all files below a folder, into the landing bucket below a prefix such as `orders/`; as the producer. */
  async land(path: string, prefix: string): Promise<void> {
    const { client } = await this.as(`${this.domain.name}/producer`);
    const { mesh, region } = this.topology;
    const Bucket = landingBucketName(mesh, this.domain.name, this.domain.account, region);
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    const from = resolve(this.#repository, path);
    for (const file of filesAt(from)) {
      const Key = `${prefix}${relative(from, file) || basename(file)}`;
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: readFileSync(file) }));
    }
  }

  /** Has other domains publish the products of these folders (a glob), with the data that lies beside their contracts. */
  async lend(pattern: string): Promise<void> {
    for (const folder of globSync(pattern, { cwd: this.#repository }).toSorted())
      await lendProduct((principal) => this.as(principal), folder, this.#repository, this.topology);
  }

  /** Publishes the products of these folders (a glob), as the producer. Default: all of `products/`. */
  async publish(pattern = 'products/*'): Promise<ProductRecord[]> {
    const producer = await this.as(`${this.domain.name}/producer`);
    const published: ProductRecord[] = [];
    for (const folder of globSync(pattern, { cwd: this.#repository }).toSorted()) {
      const body = publishBody(readProductFolder(folder, this.#repository));
      const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
      published.push(await waitForProduct(producer, product));
    }
    return published;
  }

  /** Asks for a product and, where it takes an approval, has the steward of its domain approve it for a month; gives the subscription once it is active. */
  async subscribe(product: string, wish: Wish): Promise<SubscriptionRecord> {
    const consumer = await this.as(wish.as);
    const { purpose, clearance, tables } = wish;
    const principals = wish.pipeline === true ? [this.pipelineRole] : undefined;
    const body = { product, purpose, clearance, tables, principals };
    const { subscription } = await consumer.api<{ subscription: SubscriptionRecord }>({
      method: 'POST',
      path: '/subscriptions',
      body,
    });
    const steward = await this.as(`${product.split('/')[0]}/steward`);
    if (subscription.state === 'pending') {
      const expiresAt = new Date(this.#instance.cloud.clock.now() + A_MONTH).toISOString();
      const path = `/subscriptions/${subscription.id}/decision`;
      await steward.api({ method: 'POST', path, body: { decision: 'approve', expiresAt } });
    }
    return waitForSubscription(steward, subscription.id, ['active', 'expiring']);
  }

  /** Says for the pipeline of a product's domain that new data is in its tables: whoever has a subscription is told. */
  async deliver(product: string): Promise<void> {
    const { account } = domainNamed(this.topology, product.split('/')[0] ?? '') ?? {};
    const owner = await this.as(`${product.split('/')[0]}/producer`);
    const path = `/products/${product}`;
    const { product: record } = await owner.api<{ product: ProductRecord }>({ method: 'GET', path });
    // The domain's own reports are its pipeline's to make; where it has none on this machine, its account does.
    const { client } = await this.as(`arn:aws:iam::${account}:root`);
    const at = this.#instance.cloud.clock.now();
    await putDelivery(client, { topology: this.topology, product: record, at: new Date(at).toISOString() });
  }

  /** Says on the domain's bus which rows of a product changed, from a file with one change on each line; as the producer. */
  async tell(product: string, path: string): Promise<void> {
    const producer = await this.as(`${this.domain.name}/producer`);
    const at = `/products/${this.domain.name}/${product}`;
    const { product: record } = await producer.api<{ product: ProductRecord }>({ method: 'GET', path: at });
    const lines = readFileSync(resolve(this.#repository, path), 'utf8').trim().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as RowChange);
    await tellRows(producer, record, { rows, at: this.#instance.cloud.clock.now() });
  }

  /** Has the mesh's clock go on, for what waits for a time; then waits until all that set off has been done. */
  async pass(milliseconds: number): Promise<void> {
    await this.settle();
    this.#instance.cloud.clock.advance(milliseconds);
    await this.settle();
  }

  /** Has the snapshot of a product made for its partner, as its schedule would; gives the partner and the folder of the snapshot. */
  async exchange(product: string): Promise<{ readonly partner: string; readonly folder: string }> {
    const { pipeline } = readDomainRepository(this.#repository, this.topology);
    const found = pipeline.exchange?.find((one) => one.product === product);
    if (found === undefined) {
      throw userError('WEFT-TEMPLATE-019', `no partner takes ${product}`, {
        hint: 'add it to "exchange:" in pipeline.yaml',
      });
    }
    const at = this.#instance.cloud.clock.date().toISOString();
    const { client } = await this.as(`arn:aws:iam::${this.domain.account}:root`);
    await sendToPipeline(client, this.domain.name, { exchange: exchangeName(found), at });
    return { partner: found.partner, folder: snapshotPrefix(found, at) };
  }

  /** Copies a snapshot as the account of another domain, and checks it against its manifest. @throws an error of S3 when it may not. */
  async take(domain: string, folder: string): Promise<Taken> {
    const { account = '' } = domainNamed(this.topology, domain) ?? {};
    const { client } = await this.as(`arn:aws:iam::${account}:root`);
    const { mesh, region } = this.topology;
    return takeSnapshot(client, exchangeBucketName(mesh, this.domain.name, this.domain.account, region), folder);
  }

  /** Runs SQL through Athena as a principal. @throws WeftError `WEFT-QUERY-001` with Athena's reason when it is refused. */
  async query(principal: string, sql: string): Promise<Row[]> {
    const { columns, rows } = await query(await this.as(principal), sql);
    return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])));
  }

  /** Waits until everything that was set off has been done: pipeline runs, shares, events. */
  settle(): Promise<void> {
    return this.#instance.cloud.settle();
  }

  /** Ends the mesh and removes what it kept. */
  close(): Promise<void> {
    return this.#closing();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function filesAt(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
