import { createHash } from 'node:crypto';
import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import { Clock } from './clock.ts';
import { authenticate, type Credentials, issueCredentials } from './credentials.ts';
import { AwsError, notModelled } from './error.ts';
import { ownMember } from './members.ts';
import type {
  Act,
  Authenticated,
  Call,
  Caller,
  Context,
  Observer,
  Service,
  WireRequest,
  WireResponse,
} from './service.ts';
import { Store } from './store.ts';

export interface CloudOptions {
  /** The SQLite file of the state; memory when absent. */
  readonly stateFile?: string;
  /** Folder for S3 objects and logs. */
  readonly folder: string;
  /** Default `us-east-1`. */
  readonly region?: string;
  readonly clock?: Clock;
}

type Class<T> = abstract new (...args: never[]) => T;

/** Twelve hours: what STS gives a role session at most. */
const SESSION_MILLISECONDS = 12 * 3_600_000;

/** Rounds of background work after which something must be going in a circle. */
const MOST_ROUNDS = 10_000;

/** The AWS of one machine: services over one store, reached in process or through HTTP, with observers around every call. */
export class Cloud {
  readonly store: Store;
  readonly clock: Clock;
  readonly region: string;
  readonly folder: string;
  /** The base address that clients inside (Lambda workers) use, once a server listens. */
  endpoint: string | undefined;
  readonly #services = new Map<string, Service>();
  readonly #observers: Observer[] = [];
  #requests = 0;
  #pumping: Promise<void> | undefined;
  #woken = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** Refuses what the identity policies of a caller do not allow, for what only a service can tell of its call, e.g. each key of many. */
  permit: ((context: Context, action: string, resource: string) => void) | undefined;
  /** When true, background work runs by itself soon after a call; tests leave it off and call `settle`. */
  live = false;

  constructor(options: CloudOptions) {
    this.store = new Store(options.stateFile);
    this.clock = options.clock ?? new Clock();
    this.region = options.region ?? 'us-east-1';
    this.folder = options.folder;
  }

  register(service: Service): void {
    this.#services.set(service.signingName, service);
  }

  observe(observer: Observer): () => void {
    this.#observers.push(observer);
    return () => {
      this.#observers.splice(this.#observers.indexOf(observer), 1);
    };
  }

  /** The registered service of that class; services reach each other's public methods through it. */
  service<T>(type: Class<T>): T {
    for (const service of this.#services.values()) if (service instanceof type) return service;
    throw new Error(`service ${type.name} is not registered`);
  }

  /** Every registered service. */
  services(): readonly Service[] {
    return [...this.#services.values()];
  }

  serviceNamed(signingName: string): Service | undefined {
    return this.#services.get(signingName);
  }

  /** Keys for a principal: a role ARN, or an account's root ARN. The same (arn, session) gives the same keys until they expire. */
  credentials(arn: string, sessionName = 'local'): Credentials {
    const caller = callerFor(arn, sessionName);
    return issueCredentials(this.store, caller, this.clock.now() + SESSION_MILLISECONDS, `${arn} ${sessionName}`);
  }

  /** What an SDK client needs to speak to this cloud in process as that principal; its keys are renewed when they expire. */
  clientConfig(arn: string, sessionName = 'local') {
    return {
      region: this.region,
      credentials: async () => {
        const { accessKeyId, secretAccessKey, sessionToken } = this.credentials(arn, sessionName);
        return {
          accessKeyId,
          secretAccessKey,
          sessionToken,
          expiration: new Date(this.clock.now() + SESSION_MILLISECONDS),
        };
      },
      endpoint: 'http://127.0.0.1:4566',
      forcePathStyle: true,
      maxAttempts: 1,
      requestHandler: { handle: async (request: HttpRequest) => ({ response: await this.#handleSdk(request) }) },
    };
  }

  /** Answers one request from the wire. Never throws: what goes wrong becomes an AWS error response. */
  async handle(request: WireRequest): Promise<WireResponse> {
    const requestId = this.#requestId();
    let service: Service | undefined;
    try {
      const { caller, service: name, region } = await this.#authenticated(request);
      service = this.#services.get(name);
      if (service === undefined) throw notModelled(name, '*');
      const { operation, input } = service.codec.decode(request);
      const context: Context = {
        cloud: this,
        caller,
        account: caller.account,
        region,
        requestId,
        now: this.clock.now(),
        request,
      };
      const output = await this.invoke(service, operation, input, context);
      const response = service.codec.encode(operation, output, context);
      return { ...response, headers: { 'x-amzn-requestid': requestId, ...response.headers } };
    } catch (error) {
      const known = error instanceof AwsError ? error : internal(error);
      const codec = service?.codec ?? this.#codecFor(request);
      const response = codec.encodeError(known, requestId);
      return { ...response, headers: { 'x-amzn-requestid': requestId, ...response.headers } };
    }
  }

  /** Runs an operation under the observers: the one gate that every call passes, from the wire or from another service. */
  async invoke(service: Service, name: string, input: unknown, context: Context): Promise<unknown> {
    const operation = ownMember(service.operations, name);
    if (operation === undefined) throw notModelled(service.signingName, name);
    const iamPrefix = service.iamPrefix ?? service.signingName;
    const call: Call = {
      service: service.signingName,
      iamPrefix,
      operation: name,
      action: operation.action ?? `${iamPrefix}:${name}`,
      resources: operation.resources?.(input as never, context) ?? ['*'],
      caller: context.caller,
      account: context.account,
      region: context.region,
      requestId: context.requestId,
      input,
      readOnly: operation.readOnly ?? /^(Get|List|Describe|Head|BatchGet|Search)/.test(name),
      eventSource: service.eventSource ?? `${service.signingName}.amazonaws.com`,
      at: context.now,
      headers: context.request?.headers,
      query: context.request?.query,
    };
    let output: unknown;
    try {
      for (const observer of this.#observers) await observer.before?.(call);
      output = await operation.run(input as never, context);
    } catch (error) {
      for (const observer of this.#observers) await observer.after?.(call, { error: error as Error });
      throw error;
    }
    for (const observer of this.#observers) await observer.after?.(call, { output });
    this.wake();
    return output;
  }

  /** Tells the observers what AWS is about to do beside calls. */
  tell(act: Act): void {
    for (const observer of this.#observers) observer.acting?.(act);
  }

  /** A context for work that AWS does by itself, e.g. a rule that invokes a function. */
  contextFor(caller: Caller, region = this.region): Context {
    return {
      cloud: this,
      caller,
      account: caller.account,
      region,
      requestId: this.#requestId(),
      now: this.clock.now(),
    };
  }

  /** Runs background work until none is due: every delivery made, every poll empty. A live cloud does it itself, and is waited for. */
  async settle(): Promise<void> {
    if (!this.live) return this.#pumpAll();
    do {
      this.wake();
      await this.#pumping;
    } while (this.#pumping !== undefined || this.#woken);
  }

  async #pumpAll(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      let busy = false;
      for (const service of this.#services.values()) {
        if (service.pump !== undefined && (await service.pump())) busy = true;
      }
      if (!busy) return;
    }
    throw new Error(`the local cloud did not settle in ${MOST_ROUNDS} rounds`);
  }

  /** Says that background work may be due; a live cloud starts on it at once. */
  wake(): void {
    this.#woken = true;
    if (!this.live || this.#closed || this.#pumping !== undefined) return;
    this.#pumping = this.store
      .apart(() => this.#pumpLive())
      .finally(() => {
        this.#pumping = undefined;
        if (this.#woken) this.wake();
        else this.#schedule();
      });
  }

  async #pumpLive(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#woken = false;
    await this.#pumpAll();
  }

  #schedule(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    const due = [...this.#services.values()].map((service) => service.nextDue?.()).filter((at) => at !== undefined);
    if (due.length === 0) return;
    const wait = Math.max(10, Math.min(...due) - this.clock.now());
    this.#timer = setTimeout(() => this.wake(), Math.min(wait, 60_000));
    this.#timer.unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.live = false;
    clearTimeout(this.#timer);
    await this.#pumping;
    for (const service of this.#services.values()) await service.close?.();
    this.store.close();
  }

  async #authenticated(request: WireRequest): Promise<Authenticated> {
    const now = this.clock.now();
    for (const service of this.#services.values()) {
      const own = service.authenticate?.(request, now);
      if (own !== undefined) return own;
    }
    return authenticate(this.store, request, now);
  }

  #requestId(): string {
    this.#requests += 1;
    const digest = createHash('sha256').update(`${this.#requests} ${this.clock.now()}`).digest('hex');
    return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
  }

  /** The codec of the service a request seems to be for, to word an authentication error in its protocol. */
  #codecFor(request: WireRequest): Service['codec'] {
    const scope = /Credential=[^/,\s]+\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(
      request.headers.authorization ?? '',
    )?.[1];
    const path = request.path.startsWith('/_aws/execute-api/') ? 'execute-api' : 's3';
    const service = this.#services.get(scope ?? path) ?? this.#services.get('s3') ?? [...this.#services.values()][0];
    if (service === undefined) throw new Error('the cloud has no services');
    return service.codec;
  }

  async #handleSdk(request: HttpRequest): Promise<HttpResponse> {
    const response = await this.handle({
      method: request.method,
      path: request.path,
      query: flatten(request.query ?? {}),
      headers: lowerCase(request.headers),
      body: await bytesOf(request.body),
    });
    const { Readable } = await import('node:stream');
    return new HttpResponse({
      statusCode: response.status,
      headers: { ...response.headers },
      body: Readable.from([typeof response.body === 'string' ? Buffer.from(response.body) : response.body]),
    });
  }
}

/** The caller behind a role ARN or an account's root ARN. */
export function callerFor(arn: string, sessionName: string): Caller {
  const match = /^arn:aws:iam::(\d{12}):(root|role\/(?:.*\/)?([^/]+))$/.exec(arn);
  if (match === null) throw new AwsError('ValidationError', `${arn} is neither a role ARN nor an account's root`);
  const [, account = '', , role] = match;
  if (role === undefined) return { kind: 'root', account, arn, principalId: account };
  const principalId = `AROA${createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase()}`;
  return {
    kind: 'role',
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${sessionName}`,
    roleArn: arn,
    sessionName,
    principalId,
  };
}

function internal(error: unknown): AwsError {
  if (process.env.WEFT_LOCAL_DEBUG !== undefined) console.error(error);
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new AwsError('InternalFailure', `weft local failed: ${text}`, 500);
}

function flatten(query: Readonly<Record<string, string | string[] | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : (value ?? '')]),
  );
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

async function bytesOf(body: unknown): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
