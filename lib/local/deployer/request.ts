import { userError } from '#mesh/error.ts';
import type { Cloud } from '../core/cloud.ts';
import { queryCodec } from '../core/codecs.ts';
import type { WireRequest } from '../core/service.ts';
import { executionContext } from './execution-role.ts';
import { generatedName } from './physical-name.ts';
import type { Properties, ResourceRequest } from './resources/resource.ts';
import type { StackSite } from './template/scope.ts';

export interface RequestOptions {
  readonly cloud: Cloud;
  readonly site: StackSite;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
  readonly replacements: number;
  /** Directories by object key of the asset bucket. */
  readonly assets: ReadonlyMap<string, string>;
}

/** What a resource type works with: its properties, and a way to call services as CloudFormation. */
export function makeRequest(options: RequestOptions): ResourceRequest {
  const { cloud, site, logicalId } = options;
  return {
    cloud,
    site,
    logicalId,
    type: options.type,
    properties: options.properties,
    call: (service, operation, input) => call(cloud, site, service, operation, input),
    callBucket: async (operation, bucket, { method, query, headers = {}, body = '' }) => {
      const request: WireRequest = {
        method,
        path: `/${bucket}`,
        query: query === undefined ? {} : { [query]: '' },
        headers,
        body: Buffer.from(body),
      };
      await invoke(cloud, site, 's3', operation, { Bucket: bucket, Key: '' }, request);
    },
    generatedName: (limit, lowerCase = false) => {
      const salt = `${site.account} ${site.region} ${options.replacements}`;
      const name = generatedName(site.stackName, logicalId, salt, limit);
      return lowerCase ? name.toLowerCase() : name;
    },
    assetDirectory: (objectKey) => {
      const directory = options.assets.get(objectKey);
      if (directory === undefined) {
        throw userError(
          'WEFT-LOCAL-017',
          `${logicalId} uses the object ${objectKey}, which no asset of the stack provides`,
          { hint: 'synthesize again: the assembly and its assets are of different times' },
        );
      }
      return directory;
    },
    arn: (service, resource) => `arn:aws:${service}:${site.region}:${site.account}:${resource}`,
  };
}

async function call<T>(cloud: Cloud, site: StackSite, name: string, operation: string, input: Properties): Promise<T> {
  const flat = cloud.serviceNamed(name)?.codec === queryCodec;
  return (await invoke(cloud, site, name, operation, flat ? toForm(input) : withoutUndefined(input))) as T;
}

function invoke(
  cloud: Cloud,
  { account, region }: StackSite,
  name: string,
  operation: string,
  input: Properties,
  request?: WireRequest,
): Promise<unknown> {
  const service = cloud.serviceNamed(name);
  if (service === undefined)
    throw userError('WEFT-LOCAL-012', `the service ${name} is not part of this local cloud`, {
      hint: 'open it with that service',
    });
  const context = executionContext(cloud, account, region);
  return cloud.invoke(service, operation, input, request === undefined ? context : { ...context, request });
}

function withoutUndefined(input: Properties): Properties {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

/** An input in the flat form of the Query protocol: `Tags.member.1.Key`. */
export function toForm(input: Properties): Record<string, string> {
  const form: Record<string, string> = {};
  const add = (name: string, value: unknown): void => {
    if (value === undefined || value === null) return;
    if (Array.isArray(value)) for (const [index, entry] of value.entries()) add(`${name}.member.${index + 1}`, entry);
    else if (typeof value === 'object') {
      for (const [key, member] of Object.entries(value)) add(name === '' ? key : `${name}.${key}`, member);
    } else form[name] = String(value);
  };
  add('', input);
  return form;
}
