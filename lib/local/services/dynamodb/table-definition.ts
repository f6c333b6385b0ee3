import { createHash } from 'node:crypto';
import { AwsError } from '../../core/error.ts';
import { refuseOthers } from '../../core/members.ts';
import type { Context } from '../../core/service.ts';
import { invalid } from './failure.ts';
import type { IndexDefinition, KeySchemaElement, StreamSpecification, Table, Tag } from './table.ts';

export interface CreateTableInput {
  readonly TableName: string;
  readonly AttributeDefinitions: Table['attributes'];
  readonly KeySchema: readonly KeySchemaElement[];
  readonly BillingMode?: Table['billingMode'];
  readonly ProvisionedThroughput?: Readonly<Record<string, number>>;
  readonly GlobalSecondaryIndexes?: readonly IndexDefinition[];
  readonly LocalSecondaryIndexes?: readonly IndexDefinition[];
  readonly StreamSpecification?: StreamSpecification;
  readonly SSESpecification?: Readonly<Record<string, unknown>>;
  readonly DeletionProtectionEnabled?: boolean;
  readonly TableClass?: string;
  readonly Tags?: readonly Tag[];
  readonly ResourcePolicy?: string;
}

const MEMBERS = new Set([
  'TableName',
  'AttributeDefinitions',
  'KeySchema',
  'BillingMode',
  'ProvisionedThroughput',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
  'StreamSpecification',
  'SSESpecification',
  'DeletionProtectionEnabled',
  'TableClass',
  'Tags',
]);

/** The table that a CreateTable asks for. @throws AwsError `ValidationException`. */
export function defineTable(input: CreateTableInput, context: Context): Table {
  refuseOthers('dynamodb', 'CreateTable', input, MEMBERS);
  if (!/^[A-Za-z0-9_.-]{3,255}$/.test(input.TableName ?? '')) {
    throw invalid(
      'TableName must be at least 3 characters long and at most 255 characters long, and may contain only the characters a-z, A-Z, 0-9, _, -, and .',
    );
  }
  const globalIndexes = input.GlobalSecondaryIndexes ?? [];
  const localIndexes = input.LocalSecondaryIndexes ?? [];
  const schemas = [input.KeySchema, ...[...globalIndexes, ...localIndexes].map((index) => index.KeySchema)];
  for (const schema of schemas) checkSchema(schema);
  checkAttributes(input.AttributeDefinitions ?? [], schemas);
  const billingMode = input.BillingMode ?? 'PROVISIONED';
  if (billingMode === 'PROVISIONED' && input.ProvisionedThroughput === undefined) {
    throw invalid(
      'One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    );
  }
  if (billingMode === 'PAY_PER_REQUEST' && input.ProvisionedThroughput !== undefined) {
    throw invalid(
      'One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  const { account, region, now } = context;
  return withStream(
    {
      name: input.TableName,
      account,
      region,
      id: idOf(`${account} ${region} ${input.TableName} ${now}`),
      created: now,
      attributes: input.AttributeDefinitions,
      keys: input.KeySchema,
      globalIndexes,
      localIndexes,
      billingMode,
      throughput: input.ProvisionedThroughput,
      encryption: input.SSESpecification,
      deletionProtection: input.DeletionProtectionEnabled ?? false,
      tableClass: input.TableClass,
      tags: input.Tags ?? [],
    },
    input.StreamSpecification,
    now,
  );
}

/** The table with its stream switched. @throws AwsError `ValidationException` when it is as asked already. */
export function withStream(table: Table, asked: StreamSpecification | undefined, now: number): Table {
  if (asked === undefined) return table;
  if (!asked.StreamEnabled) return { ...table, stream: undefined };
  if (table.stream !== undefined) throw invalid('Table already has an enabled stream');
  if (asked.StreamViewType === undefined) {
    throw invalid('One or more parameter values were invalid: StreamViewType is required when StreamEnabled is true');
  }
  const label = new Date(now).toISOString().replace('Z', '');
  return { ...table, stream: { label, view: asked.StreamViewType }, lastStream: label };
}

/** @throws AwsError `ValidationException` unless the attributes are just those that the key schemas use. */
export function checkAttributes(
  attributes: Table['attributes'],
  schemas: readonly (readonly KeySchemaElement[])[],
): void {
  const defined = new Set(attributes.map(({ AttributeName }) => AttributeName));
  const used = new Set(schemas.flat().map(({ AttributeName }) => AttributeName));
  const missing = [...used].filter((name) => !defined.has(name));
  if (missing.length > 0) {
    throw invalid(
      `One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [${missing.join(', ')}], AttributeDefinitions: [${[...defined].join(', ')}]`,
    );
  }
  if (used.size < defined.size) {
    throw invalid(
      'One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
    );
  }
}

function checkSchema(schema: readonly KeySchemaElement[] | undefined): void {
  const [first, second] = schema ?? [];
  const fits =
    first?.KeyType === 'HASH' &&
    (second === undefined || (second.KeyType === 'RANGE' && second.AttributeName !== first.AttributeName)) &&
    (schema?.length ?? 0) <= 2;
  if (!fits)
    throw invalid('Invalid KeySchema: the first element must be HASH, a second one RANGE of another attribute');
}

function idOf(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex');
  return [8, 4, 4, 4, 12]
    .reduce<{ parts: string[]; at: number }>(
      ({ parts, at }, length) => ({ parts: [...parts, digest.slice(at, at + length)], at: at + length }),
      { parts: [], at: 0 },
    )
    .parts.join('-');
}

export function alreadyExists(name: string): AwsError {
  return new AwsError('ResourceInUseException', `Table already exists: ${name}`);
}
