import { AwsError } from '../../core/error.ts';
import type { PolicyDocument } from '../../core/policy.ts';
import type { Store } from '../../core/store.ts';

/** A REST API as the store keeps it. */
export interface StoredApi {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly description?: string;
  readonly policy?: PolicyDocument;
  readonly rootResourceId: string;
  readonly resources: readonly ApiResource[];
  readonly methods: readonly ApiMethod[];
  readonly deployments: readonly Deployment[];
  readonly stages: readonly Stage[];
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface ApiResource {
  readonly id: string;
  readonly parentId?: string;
  readonly pathPart?: string;
  /** `/products/{proxy+}`. */
  readonly path: string;
}

export interface ApiMethod {
  readonly resourceId: string;
  /** `GET`, … or `ANY`. */
  readonly httpMethod: string;
  readonly authorizationType: 'AWS_IAM' | 'NONE';
  readonly integration?: { readonly type: 'AWS_PROXY'; readonly uri: string; readonly timeoutInMillis?: number };
}

/** What a stage serves: the API as it was when it was deployed. */
export interface Deployment {
  readonly id: string;
  readonly description?: string;
  readonly createdAt: number;
  readonly resources: readonly ApiResource[];
  readonly methods: readonly ApiMethod[];
  readonly policy?: PolicyDocument;
}

export interface Stage {
  readonly stageName: string;
  readonly deploymentId: string;
  readonly description?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly methodSettings?: readonly MethodSetting[];
  readonly tracingEnabled?: boolean;
}

/** As `AWS::ApiGateway::Stage` has it; `/*` and `*` stand for everything. */
export interface MethodSetting {
  readonly ResourcePath?: string;
  readonly HttpMethod?: string;
  /** Requests per second. */
  readonly ThrottlingRateLimit?: number;
  readonly ThrottlingBurstLimit?: number;
}

const APIS = 'apigateway/apis';

export function findApi(store: Store, id: string): StoredApi | undefined {
  return store.get<StoredApi>(APIS, id);
}

export function apisOf(store: Store, account: string): StoredApi[] {
  return store
    .list<StoredApi>(APIS)
    .map(({ value }) => value)
    .filter((api) => api.account === account);
}

export function saveApi(store: Store, api: StoredApi): void {
  store.put(APIS, api.id, api);
}

export function removeApi(store: Store, id: string): void {
  store.delete(APIS, id);
}

export function notFound(what: string): AwsError {
  return new AwsError('NotFoundException', `Invalid ${what} identifier specified`, 404);
}

export function badRequest(message: string): AwsError {
  return new AwsError('BadRequestException', message);
}
