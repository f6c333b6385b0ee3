import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** A plain JSON value as DynamoDB writes it; members that are undefined are left out. */
function toAttribute(value: unknown): AttributeValue {
  if (value === null || value === undefined) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  if (typeof value === 'object') return { M: toItem(value) };
  throw new TypeError(`a ${typeof value} cannot be kept in the registry`);
}

/** A plain object as a DynamoDB item. */
export function toItem(value: object): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, toAttribute(member)]),
  );
}

/** The plain JSON value of a DynamoDB attribute; sets and binaries, which the registry never writes, are refused. */
function fromAttribute(attribute: AttributeValue): unknown {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.NULL !== undefined) return null;
  if (attribute.L !== undefined) return attribute.L.map(fromAttribute);
  if (attribute.M !== undefined) return fromItem(attribute.M);
  throw new TypeError(`the registry does not hold attributes of type ${Object.keys(attribute).join(', ')}`);
}

/** The plain object of a DynamoDB item. */
export function fromItem(item: Readonly<Record<string, AttributeValue>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, attribute]) => [name, fromAttribute(attribute)]));
}
