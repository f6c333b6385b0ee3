import type { Cloud } from './cloud.ts';
import type { ConditionKeys } from './condition.ts';

/** Who calls: a role session, the root of an account, or AWS itself. */
export interface Caller {
  readonly kind: 'role' | 'root' | 'service';
  readonly account: string;
  /** `arn:aws:sts::…:assumed-role/name/session`, `arn:aws:iam::…:root`, or a service principal such as `events.amazonaws.com`. */
  readonly arn: string;
  /** The role behind a session: what Lake Formation and IAM know. */
  readonly roleArn?: string;
  readonly sessionName?: string;
  /** `AROA…` of the role. */
  readonly principalId: string;
  /** Set by STS when a source identity or session tags came with the session. */
  readonly sessionTags?: Readonly<Record<string, string>>;
}

/** Whom a signed request comes from, with the service and region it was signed for. */
export interface Authenticated {
  readonly caller: Caller;
  readonly service: string;
  readonly region: string;
}

/** What every operation gets beside its input. */
export interface Context {
  readonly cloud: Cloud;
  readonly caller: Caller;
  /** The account whose state the call touches by default: the caller's. */
  readonly account: string;
  readonly region: string;
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Whatever the wire carried that no input has: for S3 and execute-api. */
  readonly request?: WireRequest;
}

export interface WireRequest {
  readonly method: string;
  /** Path as sent, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/**
 * One API operation. `run` gets the decoded input and gives the output that the codec encodes. `I` is the SDK's own input type.
 */
export interface Operation<I = never, O = unknown> {
  run(input: I, context: Context): O | Promise<O>;
  /** The IAM action, when it is not `<iam prefix>:<operation name>`. */
  readonly action?: string;
  /** The ARNs that IAM judges the call on; `['*']` when absent. */
  resources?(input: I, context: Context): string[];
  /** Read-only calls are not recorded as CloudTrail write events. */
  readonly readOnly?: boolean;
}

export type Operations = Readonly<Record<string, Operation>>;

/** Turns wire requests into (operation, input) and back; one for each of AWS's protocols, some services bring their own. */
export interface Codec {
  decode(request: WireRequest): { operation: string; input: unknown };
  encode(operation: string, output: unknown, context: Context): WireResponse;
  encodeError(
    error: { code: string; message: string; status: number; members: Readonly<Record<string, unknown>> },
    requestId: string,
  ): WireResponse;
}

/** An AWS service on this machine: one class, one file or folder below `lib/local/services/`. */
export interface Service {
  /** The service's name in a SigV4 credential scope, e.g. `glue`, `execute-api`. */
  readonly signingName: string;
  /** The prefix of its IAM actions when it differs, e.g. `events`. */
  readonly iamPrefix?: string;
  /** Its `eventSource` in CloudTrail, e.g. `glue.amazonaws.com`. */
  readonly eventSource?: string;
  readonly codec: Codec;
  readonly operations: Operations;
  /**
   * Who sent a request that no keys of AWS signed, where the service knows of another signature; undefined when it is not one of those.
   * @throws AwsError when the signature is wrong.
   */
  authenticate?(request: WireRequest, now: number): Authenticated | undefined;
  /**
   * Does the background work that is due now (deliveries, polls, schedules); true when something was done, so that `settle` asks again.
   */
  pump?(): Promise<boolean>;
  /** Epoch milliseconds at which `pump` should run next, when it waits for a time. */
  nextDue?(): number | undefined;
  /** Stops what the service started (workers, connections). */
  close?(): void | Promise<void>;
}

/** What `Cloud` tells an observer about each call: before it runs (may throw to refuse or to inject a fault) and after. */
export interface Call {
  readonly service: string;
  readonly iamPrefix: string;
  readonly operation: string;
  /** `glue:CreateTable`. */
  readonly action: string;
  readonly resources: readonly string[];
  readonly caller: Caller;
  readonly account: string;
  readonly region: string;
  readonly requestId: string;
  readonly input: unknown;
  readonly readOnly: boolean;
  readonly eventSource: string;
  readonly at: number;
  /** The headers of the request, lower-case; absent for a call that came over no wire. */
  readonly headers?: WireRequest['headers'];
  /** The query of the request; absent for a call that came over no wire. */
  readonly query?: WireRequest['query'];
}

/**
 * What AWS does beside the calls that it is sent: a service takes on a role, delivers to a resource, or asks another service in the name of a
 * role. IAM is asked about it as about a call.
 */
export interface Act {
  readonly caller: Caller;
  /** `sqs:SendMessage`. */
  readonly action: string;
  readonly resource: string;
  /** Condition keys beside those of the caller, e.g. `aws:SourceArn`. */
  readonly keys?: ConditionKeys;
}

export interface Observer {
  /** Is told of an act that is about to be done; cannot refuse it. */
  acting?(act: Act): void;
  before?(call: Call): void | Promise<void>;
  /** Runs after the operation took effect; throwing turns a success into a failure (a fault: applied but failed). */
  after?(call: Call, outcome: { output?: unknown; error?: Error }): void | Promise<void>;
}
