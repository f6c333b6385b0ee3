import { createHash } from 'node:crypto';
import type { Cloud } from '../../core/cloud.ts';
import type { PolicyDocument } from '../../core/policy.ts';
import { restJsonCodec } from '../../core/rest-codec.ts';
import type { Context, Operations, Service } from '../../core/service.ts';
import { type ApiMethod, apisOf, badRequest, notFound, removeApi, type StoredApi, saveApi } from './model.ts';
import { onApi } from './on-api.ts';
import { ROUTES } from './routes.ts';
import { stageOperations } from './stages.ts';

interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly value?: string;
}

interface ApiInput {
  readonly restApiId: string;
  readonly name?: string;
  readonly description?: string;
  readonly policy?: string | PolicyDocument;
  readonly tags?: Readonly<Record<string, string>>;
  readonly patchOperations?: readonly PatchOperation[];
  readonly parentId?: string;
  readonly pathPart?: string;
  readonly resourceId?: string;
  readonly httpMethod?: string;
  readonly authorizationType?: string;
  readonly type?: string;
  readonly uri?: string;
  readonly timeoutInMillis?: number;
}

/** Members that change nothing here: what they set has no counterpart on one machine. */
const INERT = [
  'endpointConfiguration',
  'minimumCompressionSize',
  'version',
  'apiKeySource',
  'disableExecuteApiEndpoint',
];
const MEMBERS = new Set([...INERT, 'restApiId', 'name', 'description', 'policy', 'tags', 'patchOperations']);
const METHOD_MEMBERS = new Set([
  'restApiId',
  'resourceId',
  'httpMethod',
  'authorizationType',
  'apiKeyRequired',
  'operationName',
  'type',
  'uri',
  'integrationHttpMethod',
  'timeoutInMillis',
  'passthroughBehavior',
]);

/** The control plane of Amazon API Gateway's REST APIs. The requests themselves go to `ExecuteApiService`. */
export class ApiGatewayService implements Service {
  readonly signingName = 'apigateway';
  readonly codec = restJsonCodec(ROUTES);
  readonly #cloud: Cloud;
  readonly operations: Operations = {
    CreateRestApi: {
      run: (input: ApiInput, context: Context) => {
        refuseUnknown(input, MEMBERS);
        const id = shortId(`${context.requestId} api`);
        const rootResourceId = shortId(`${id} /`);
        const api: StoredApi = {
          id,
          account: context.account,
          region: context.region,
          name: input.name ?? '',
          description: input.description,
          policy: parsePolicy(input.policy),
          rootResourceId,
          resources: [{ id: rootResourceId, path: '/' }],
          methods: [],
          deployments: [],
          stages: [],
          createdAt: context.now,
          tags: input.tags,
        };
        saveApi(context.cloud.store, api);
        return describe(api);
      },
    },
    GetRestApi: onApi<ApiInput>((api) => describe(api)),
    GetRestApis: {
      run: (_input: unknown, { cloud, account }: Context) => ({ item: apisOf(cloud.store, account).map(describe) }),
    },
    UpdateRestApi: onApi<ApiInput>((api, input, context) => {
      refuseUnknown(input, MEMBERS);
      let next = { ...api, name: input.name ?? api.name, policy: parsePolicy(input.policy) ?? api.policy };
      for (const { op, path, value } of input.patchOperations ?? []) {
        if (op !== 'replace' || !['/name', '/description', '/policy'].includes(path)) {
          throw badRequest(`weft local does not patch ${path} of an API`);
        }
        next = { ...next, [path.slice(1)]: path === '/policy' ? parsePolicy(value) : value };
      }
      saveApi(context.cloud.store, next);
      return describe(next);
    }),
    DeleteRestApi: onApi<ApiInput>((api, _input, context) => {
      removeApi(context.cloud.store, api.id);
    }),
    GetResources: onApi<ApiInput>((api) => ({ item: api.resources })),
    CreateResource: onApi<ApiInput>((api, input, context) => {
      const parent = api.resources.find(({ id }) => id === input.parentId);
      const pathPart = input.pathPart ?? '';
      if (parent === undefined) throw notFound('Resource');
      if (!/^(\{[\w.-]+\+?\}|[\w.:~!$&'()*,;=@%-]+)$/.test(pathPart)) {
        throw badRequest("Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable");
      }
      const path = `${parent.path === '/' ? '' : parent.path}/${pathPart}`;
      if (api.resources.some((resource) => resource.path === path)) {
        throw badRequest(`Another resource with the same parent already has this name: ${pathPart}`);
      }
      const resource = { id: shortId(`${api.id} ${path}`), parentId: parent.id, pathPart, path };
      saveApi(context.cloud.store, { ...api, resources: [...api.resources, resource] });
      return resource;
    }),
    DeleteResource: onApi<ApiInput>((api, input, context) => {
      const gone = new Set([input.resourceId]);
      for (const resource of api.resources) if (gone.has(resource.parentId)) gone.add(resource.id);
      const resources = api.resources.filter(({ id }) => !gone.has(id));
      const methods = api.methods.filter(({ resourceId }) => !gone.has(resourceId));
      saveApi(context.cloud.store, { ...api, resources, methods });
    }),
    PutMethod: onApi<ApiInput>((api, input, context) => {
      refuseUnknown(input, METHOD_MEMBERS);
      if (!api.resources.some(({ id }) => id === input.resourceId)) throw notFound('Resource');
      const authorizationType = input.authorizationType ?? 'NONE';
      if (authorizationType !== 'AWS_IAM' && authorizationType !== 'NONE') {
        throw badRequest(`weft local authorizes with AWS_IAM or NONE, not ${authorizationType}`);
      }
      const method = { ...keyOf(input), authorizationType } satisfies ApiMethod;
      saveApi(context.cloud.store, { ...api, methods: [...without(api, method), method] });
      return method;
    }),
    PutIntegration: onApi<ApiInput>((api, input, context) => {
      refuseUnknown(input, METHOD_MEMBERS);
      const method = getMethod(api, input);
      if (input.type !== 'AWS_PROXY') throw badRequest(`weft local integrates AWS_PROXY only, not ${input.type}`);
      const integration = { type: input.type, uri: input.uri ?? '', timeoutInMillis: input.timeoutInMillis } as const;
      saveApi(context.cloud.store, { ...api, methods: [...without(api, method), { ...method, integration }] });
      return integration;
    }),
    GetMethod: onApi<ApiInput>((api, input) => getMethod(api, input)),
    DeleteMethod: onApi<ApiInput>((api, input, context) => {
      saveApi(context.cloud.store, { ...api, methods: without(api, getMethod(api, input)) });
    }),
    ...stageOperations,
  };

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Where a stage answers: the same port as every service. @throws Error when no server listens yet. */
  urlOf(apiId: string, stage: string): string {
    if (this.#cloud.endpoint === undefined) throw new Error('the local cloud has no endpoint yet');
    return `${this.#cloud.endpoint}/_aws/execute-api/${apiId}/${stage}`;
  }
}

function keyOf(input: ApiInput) {
  return { resourceId: input.resourceId ?? '', httpMethod: input.httpMethod ?? '' };
}

function without(api: StoredApi, key: Pick<ApiMethod, 'resourceId' | 'httpMethod'>): readonly ApiMethod[] {
  return api.methods.filter((method) => method.resourceId !== key.resourceId || method.httpMethod !== key.httpMethod);
}

function getMethod(api: StoredApi, input: ApiInput): ApiMethod {
  const { resourceId, httpMethod } = keyOf(input);
  const method = api.methods.find((entry) => entry.resourceId === resourceId && entry.httpMethod === httpMethod);
  if (method === undefined) throw notFound('Method');
  return method;
}

function parsePolicy(policy: string | PolicyDocument | undefined): PolicyDocument | undefined {
  if (policy === undefined || policy === '') return undefined;
  try {
    return typeof policy === 'string' ? (JSON.parse(policy) as PolicyDocument) : policy;
  } catch {
    throw badRequest('Invalid policy document. Please check the policy syntax and ensure that Principals are valid.');
  }
}

function refuseUnknown(input: object, known: ReadonlySet<string>): void {
  const unknown = Object.keys(input).filter((name) => !known.has(name));
  if (unknown.length > 0) throw badRequest(`weft local does not model ${unknown.join(', ')} of an API`);
}

function shortId(seed: string): string {
  return BigInt(`0x${createHash('sha256').update(seed).digest('hex').slice(0, 16)}`)
    .toString(36)
    .padStart(10, '0')
    .slice(-10);
}

function describe(api: StoredApi) {
  return {
    id: api.id,
    name: api.name,
    description: api.description,
    createdDate: new Date(api.createdAt),
    rootResourceId: api.rootResourceId,
    policy: api.policy === undefined ? undefined : JSON.stringify(api.policy),
    tags: api.tags,
  };
}
