import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';
import type { Store } from '../../core/store.ts';
import { invalid, noTable } from './failure.ts';
import { type Item, typeOf, type Value } from './value.ts';

export interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface IndexDefinition {
  readonly IndexName: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly Projection: {
    readonly ProjectionType?: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
    readonly NonKeyAttributes?: readonly string[];
  };
  readonly ProvisionedThroughput?: Readonly<Record<string, number>>;
}

export interface StreamSpecification {
  readonly StreamEnabled: boolean;
  readonly StreamViewType?: 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES' | 'KEYS_ONLY';
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** A table as it is stored. */
export interface Table {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly id: string;
  /** Epoch milliseconds. */
  readonly created: number;
  readonly attributes: readonly { readonly AttributeName: string; readonly AttributeType: 'S' | 'N' | 'B' }[];
  readonly keys: readonly KeySchemaElement[];
  readonly globalIndexes: readonly IndexDefinition[];
  readonly localIndexes: readonly IndexDefinition[];
  readonly billingMode: 'PAY_PER_REQUEST' | 'PROVISIONED';
  readonly throughput?: Readonly<Record<string, number>>;
  readonly stream?: { readonly label: string; readonly view: NonNullable<StreamSpecification['StreamViewType']> };
  /** The stream that was on last: it can still be read. */
  readonly lastStream?: string;
  readonly encryption?: Readonly<Record<string, unknown>>;
  readonly deletionProtection: boolean;
  readonly tableClass?: string;
  readonly tags: readonly Tag[];
  readonly ttl?: { readonly AttributeName: string; readonly Enabled: boolean };
  readonly recovery?: { readonly PointInTimeRecoveryEnabled: boolean; readonly RecoveryPeriodInDays?: number };
  readonly resourcePolicy?: string;
}

const ARN = /^arn:aws:dynamodb:([^:]+):(\d{12}):table\/([^/]+)/;

export function tablesNamespace(account: string, region: string): string {
  return `dynamodb/${account}/${region}/table`;
}

export function tableArn(table: { readonly name: string; readonly account: string; readonly region: string }): string {
  return `arn:aws:dynamodb:${table.region}:${table.account}:table/${table.name}`;
}

/** The ARN that a `TableName` stands for: it may be one itself. */
export function arnOfName(context: Context, name: string): string {
  return name.startsWith('arn:') ? name : tableArn({ name, account: context.account, region: context.region });
}

/**
 * The table that a request names.
 * @throws AwsError `ResourceNotFoundException`; `AccessDeniedException` for a table of another account.
 */
export function requireTable(context: Context, name: string, say = false): Table {
  const match = ARN.exec(name);
  const [, region = context.region, account = context.account, base = name] = match ?? [];
  if (!/^[A-Za-z0-9_.-]{3,255}$/.test(base)) {
    throw invalid(
      `1 validation error detected: Value '${name}' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+`,
    );
  }
  if (account !== context.account) {
    throw new AwsError(
      'AccessDeniedException',
      `User: ${context.caller.arn} is not authorized to access resource: ${name} because no resource-based policy allows it`,
    );
  }
  const table = context.cloud.store.get<Table>(tablesNamespace(account, region), base);
  if (table === undefined) throw noTable(say ? base : undefined);
  return table;
}

export function saveTable(store: Store, table: Table): void {
  store.put(tablesNamespace(table.account, table.region), table.name, table);
}

/** The names of the key attributes, partition key first. */
export function keyNames(keys: readonly KeySchemaElement[]): string[] {
  return [...keys].sort((left, right) => left.KeyType.localeCompare(right.KeyType)).map((key) => key.AttributeName);
}

export function indexesOf(table: Table): readonly IndexDefinition[] {
  return [...table.globalIndexes, ...table.localIndexes];
}

/** The key attributes of an item, which is whole. */
export function keyOf(table: Table, item: Item): Item {
  const key: Record<string, Value> = {};
  for (const name of keyNames(table.keys)) {
    const value = item[name];
    if (value !== undefined) key[name] = value;
  }
  return key;
}

export function attributeType(table: Table, name: string): string | undefined {
  return table.attributes.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
}

/** @throws AwsError `ValidationException` unless the key is exactly the table's. */
export function checkKey(table: Table, key: Item): void {
  const names = keyNames(table.keys);
  const fits =
    Object.keys(key).length === names.length &&
    names.every((name) => {
      const value = key[name];
      return value !== undefined && typeOf(value) === attributeType(table, name);
    });
  if (!fits) throw invalid('The provided key element does not match the schema');
  refuseEmptyKeys(names, key);
}

/** @throws AwsError `ValidationException` when an item lacks a key or has one of a wrong type, of the table or of an index. */
export function checkItemKeys(table: Table, item: Item): void {
  const names = keyNames(table.keys);
  for (const name of names) {
    const value = item[name];
    if (value === undefined) {
      throw invalid(`One or more parameter values were invalid: Missing the key ${name} in the item`);
    }
    const expected = attributeType(table, name);
    if (typeOf(value) !== expected) {
      throw invalid(
        `One or more parameter values were invalid: Type mismatch for key ${name} expected: ${expected} actual: ${typeOf(value)}`,
      );
    }
  }
  refuseEmptyKeys(names, item);
  for (const index of indexesOf(table)) {
    for (const name of keyNames(index.KeySchema)) {
      const value = item[name];
      const expected = attributeType(table, name);
      if (value === undefined) continue;
      if (typeOf(value) !== expected) {
        throw invalid(
          `One or more parameter values were invalid: Type mismatch for Index Key ${name} Expected: ${expected} Actual: ${typeOf(value)} IndexName: ${index.IndexName}`,
        );
      }
      if (isEmpty(value)) {
        throw invalid(
          `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: ${index.IndexName}, IndexKey: ${name}`,
        );
      }
    }
  }
}

const KEY_BYTES = [2048, 1024];

function refuseEmptyKeys(names: readonly string[], item: Item): void {
  for (const [at, name] of names.entries()) {
    const value = item[name];
    if (value === undefined) continue;
    if (isEmpty(value)) {
      throw invalid(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
      );
    }
    const bytes = 'S' in value ? Buffer.byteLength(value.S) : 0;
    if (bytes > (KEY_BYTES[at] ?? 0)) {
      throw invalid(
        at === 0
          ? 'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes'
          : 'One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes',
      );
    }
  }
}

function isEmpty(value: Value): boolean {
  return ('S' in value && value.S === '') || ('B' in value && value.B === '');
}
