import type { Cloud } from '../../core/cloud.ts';
import type { StackSite } from '../template/scope.ts';

export type Properties = Readonly<Record<string, unknown>>;

/** What became of a resource: its physical id (what `Ref` gives) and its attributes (what `Fn::GetAtt` gives). */
export interface Provisioned {
  readonly id: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** What an S3 request carries. */
interface BucketRequest {
  readonly method: 'PUT' | 'DELETE';
  /** The sub-resource, e.g. `versioning`. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** XML or JSON. */
  readonly body?: string;
}

/** What a resource type gets when one of its resources is created, updated or deleted. */
export interface ResourceRequest {
  readonly cloud: Cloud;
  readonly logicalId: string;
  readonly type: string;
  /** Resolved properties. */
  readonly properties: Properties;
  readonly site: StackSite;
  /**
   * Calls an operation of a service as the account's CloudFormation execution role; members are the SDK's own.
   * @throws AwsError what the service answers.
   */
  call<T = Properties>(service: string, operation: string, input: Properties): Promise<T>;
  /** Calls an operation on a bucket; S3 alone speaks in query, headers and body. */
  callBucket(operation: string, bucket: string, wire: BucketRequest): Promise<void>;
  /** The name that CloudFormation would make up: `<stack>-<logical id>-<suffix>`, cut to `limit` characters. */
  generatedName(limit?: number, lowerCase?: boolean): string;
  /** The directory behind an object of the account's asset bucket. */
  assetDirectory(objectKey: string): string;
  arn(service: string, resource: string): string;
}

export interface ExistingResource extends ResourceRequest {
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface ResourceUpdate extends ExistingResource {
  readonly previous: Properties;
}

/**
 * `update`: changes in place. `replace`: a change makes a new resource. Any other text: the property is accepted and without effect, and the
 * text says why.
 */
export type PropertyRule = 'update' | 'replace' | { readonly inert: string };

/** How resources of one type are made. Every property that it accepts is listed; another one is refused by name. */
export interface ResourceType {
  readonly properties: Readonly<Record<string, PropertyRule>>;
  /** The property that holds the physical name, when there is one: a replacement then needs another name. */
  readonly nameProperty?: string;
  create(request: ResourceRequest): Promise<Provisioned>;
  /** Absent: nothing changes in place. */
  update?(request: ResourceUpdate): Promise<Provisioned>;
  delete(request: ExistingResource): Promise<void>;
}

/** A type that is kept as data only, and why nothing on this machine needs more. */
export interface InertType {
  readonly inert: string;
  /** The property that names it, if one does. */
  readonly nameProperty?: string;
  /** What `Ref` gives when it is not the name. */
  ref?(name: string, request: ResourceRequest): string;
  attributes?(name: string, request: ResourceRequest): Readonly<Record<string, unknown>>;
}

/** Resource types by name, e.g. `AWS::S3::Bucket`. */
export type Family = Readonly<Record<string, ResourceType | InertType>>;

export function isInert(type: ResourceType | InertType): type is InertType {
  return 'inert' in type;
}

interface PropertyLists {
  /** Names separated by blanks. */
  readonly update?: string;
  readonly replace?: string;
  /** Reasons by name. */
  readonly inert?: Readonly<Record<string, string>>;
}

/** The rules of a type's properties, from lists of names. */
export function rules({ update = '', replace = '', inert = {} }: PropertyLists): Record<string, PropertyRule> {
  const names = (text: string) => text.split(/\s+/).filter((name) => name !== '');
  return {
    ...Object.fromEntries(names(replace).map((name) => [name, 'replace' as const])),
    ...Object.fromEntries(names(update).map((name) => [name, 'update' as const])),
    ...Object.fromEntries(Object.entries(inert).map(([name, reason]) => [name, { inert: reason }])),
  };
}

/** The given physical name, or the one that CloudFormation would make up. */
export function nameOf(request: ResourceRequest, property: string, limit?: number): string {
  const given = request.properties[property];
  return typeof given === 'string' ? given : request.generatedName(limit);
}

/** The properties of those names that are there. */
export function pick(properties: Properties, names: string): Record<string, unknown> {
  const wanted = names.split(/\s+/).filter((name) => properties[name] !== undefined);
  return Object.fromEntries(wanted.map((name) => [name, properties[name]]));
}

/** CloudFormation's list of tags as a map. */
export function tagMap(tags: unknown): Record<string, string> | undefined {
  if (!Array.isArray(tags)) return undefined;
  return Object.fromEntries((tags as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, String(Value)]));
}
