import { userError, WeftError } from '#mesh/error.ts';
import { AwsError } from '../core/error.ts';
import { differing } from './difference.ts';
import { makeRequest, type RequestOptions } from './request.ts';
import { resourceType } from './resources/registry.ts';
import { type InertType, isInert, type Properties, type Provisioned, type ResourceType } from './resources/resource.ts';
import type { ResourceRecord } from './stack-record.ts';

export type Change = 'none' | 'update' | 'replace';

/**
 * Refuses a resource that cannot be deployed: its type is not known, or one of its properties is not.
 * @throws WeftError `WEFT-LOCAL-012` for the type, `WEFT-LOCAL-013` for a property.
 */
export function checkResource(logicalId: string, typeName: string, properties: Iterable<string>): void {
  const type = resourceType(typeName);
  if (type === undefined) {
    throw userError(
      'WEFT-LOCAL-012',
      `resource ${logicalId} has type ${typeName}, which weft local does not implement`,
      { hint: UNKNOWN_TYPE },
    );
  }
  if (isInert(type)) return;
  const unknown = [...properties].find((name) => !Object.hasOwn(type.properties, name));
  if (unknown === undefined) return;
  throw userError(
    'WEFT-LOCAL-013',
    `${logicalId} (${typeName}) has property ${unknown}, which weft local does not model`,
    {
      hint: `modelled: ${Object.keys(type.properties).join(', ')}`,
    },
  );
}

/** What a new set of properties asks of a deployed resource. */
export function changeOf(record: ResourceRecord, properties: Properties): Change {
  const type = known(record.type);
  const changed = differing(record.properties, properties);
  if (changed.length === 0) return 'none';
  if (isInert(type)) return 'update';
  const rules = changed.map((name) => type.properties[name]).filter((rule) => typeof rule === 'string');
  if (rules.includes('replace')) return 'replace';
  return rules.includes('update') ? 'update' : 'none';
}

/** Makes a resource. @throws WeftError `WEFT-LOCAL-014` with what the service said. */
export async function create(options: RequestOptions): Promise<Provisioned> {
  const type = known(options.type);
  const request = makeRequest(options);
  return blame(options, 'created', async () => {
    if (isInert(type)) {
      const name = nameOf(type, options.properties) ?? request.generatedName();
      return { id: type.ref?.(name, request) ?? name, attributes: type.attributes?.(name, request) ?? {} };
    }
    return type.create(request);
  });
}

/** Changes a resource in place. @throws WeftError `WEFT-LOCAL-014` with what the service said. */
export async function update(options: RequestOptions, record: ResourceRecord): Promise<Provisioned> {
  const type = known(options.type);
  const existing = { id: record.physicalId ?? '', attributes: record.attributes };
  if (isInert(type) || type.update === undefined) return existing;
  const apply = type.update.bind(type);
  return blame(options, 'updated', () => apply({ ...makeRequest(options), ...existing, previous: record.properties }));
}

/** What services answer about a resource that is gone already: as CloudFormation, we take that for deleted. */
const GONE = /NotFound|NoSuch|NonExistent|DoesNotExist/;

/** Deletes a resource. @throws WeftError `WEFT-LOCAL-014` with what the service said. */
export async function remove(options: RequestOptions, record: ResourceRecord): Promise<void> {
  const type = known(options.type);
  if (isInert(type) || record.physicalId === undefined) return;
  const existing = { ...makeRequest(options), id: record.physicalId, attributes: record.attributes };
  await blame(options, 'deleted', async () => {
    try {
      await type.delete(existing);
    } catch (error) {
      if (!(error instanceof AwsError && GONE.test(error.code))) throw error;
    }
  });
}

/** True when a replacement cannot have another name than the resource it replaces. */
export function keepsName(record: ResourceRecord, properties: Properties): boolean {
  const name = known(record.type).nameProperty;
  return name !== undefined && properties[name] !== undefined && properties[name] === record.properties[name];
}

const UNKNOWN_TYPE = 'leave it out of what is deployed here; lib/local/README.md lists the types';

function known(typeName: string): ResourceType | InertType {
  const type = resourceType(typeName);
  if (type === undefined)
    throw userError('WEFT-LOCAL-012', `weft local does not implement ${typeName}`, { hint: UNKNOWN_TYPE });
  return type;
}

function nameOf(type: { readonly nameProperty?: string }, properties: Properties): string | undefined {
  const name = type.nameProperty === undefined ? undefined : properties[type.nameProperty];
  return typeof name === 'string' ? name : undefined;
}

async function blame<T>(options: RequestOptions, verb: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const [why, source] = reason(cause);
    throw new WeftError('WEFT-LOCAL-014', `${options.logicalId} (${options.type}) cannot be ${verb}: ${why}`, {
      cause,
      source,
      details: { stack: options.site.stackName, logicalId: options.logicalId },
    });
  }
}

function reason(error: unknown): [string, 'user' | 'system'] {
  if (error instanceof WeftError) return [error.message, error.source];
  if (!(error instanceof Error)) return [String(error), 'system'];
  const code = 'code' in error ? String(error.code) : undefined;
  return code === undefined ? [`${error.name}: ${error.message}`, 'system'] : [`${code}: ${error.message}`, 'user'];
}
