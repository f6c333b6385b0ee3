import { userError } from '#mesh/error.ts';
import {
  type Family,
  nameOf,
  type Properties,
  type Provisioned,
  pick,
  type ResourceRequest,
  type ResourceUpdate,
  rules,
} from './resource.ts';

const SCHEMA = 'KeySchema LocalSecondaryIndexes';
const CREATE = `${SCHEMA} AttributeDefinitions BillingMode GlobalSecondaryIndexes ProvisionedThroughput DeletionProtectionEnabled TableClass Tags`;

interface Described {
  readonly TableDescription: {
    readonly TableArn: string;
    readonly TableId?: string;
    readonly LatestStreamArn?: string;
  };
}

export const dynamodb: Family = {
  'AWS::DynamoDB::Table': {
    nameProperty: 'TableName',
    properties: rules({
      update:
        'AttributeDefinitions BillingMode DeletionProtectionEnabled GlobalSecondaryIndexes PointInTimeRecoverySpecification ProvisionedThroughput SSESpecification StreamSpecification TimeToLiveSpecification TableClass Tags',
      replace: `${SCHEMA} TableName`,
      inert: { ContributorInsightsSpecification: 'nothing measures contributors here' },
    }),
    create: (request) => createTable(request, request.properties),
    update: (request) => updateTable(request, request.properties, request.previous),
    delete: ({ call, id }) => call('dynamodb', 'DeleteTable', { TableName: id }),
  },

  'AWS::DynamoDB::GlobalTable': {
    nameProperty: 'TableName',
    properties: rules({
      update:
        'AttributeDefinitions BillingMode GlobalSecondaryIndexes Replicas SSESpecification StreamSpecification TimeToLiveSpecification',
      replace: `${SCHEMA} TableName`,
      inert: {
        WarmThroughput: 'nothing here has a throughput',
        WriteOnDemandThroughputSettings: 'nothing here has a throughput',
      },
    }),
    create: (request) => createTable(request, ofReplica(request)),
    update: (request) => {
      return updateTable(request, ofReplica(request), ofReplica({ ...request, properties: request.previous }));
    },
    delete: ({ call, id }) => call('dynamodb', 'DeleteTable', { TableName: id }),
  },
};

/** A global table with one replica, in the stack's own region, is a table. */
function ofReplica({ properties, site, logicalId }: ResourceRequest): Properties {
  const replicas = (properties.Replicas ?? []) as (Properties & { Region: string })[];
  const [replica] = replicas;
  if (replicas.length !== 1 || replica?.Region !== site.region) {
    throw userError(
      'WEFT-LOCAL-013',
      `${logicalId} has replicas outside ${site.region}, which weft local does not model`,
      { hint: 'deploy it here with one replica' },
    );
  }
  const { Region: _region, ...own } = replica;
  return {
    ...pick(
      properties,
      `${SCHEMA} AttributeDefinitions BillingMode GlobalSecondaryIndexes SSESpecification StreamSpecification TimeToLiveSpecification`,
    ),
    ...own,
  };
}

async function createTable(request: ResourceRequest, properties: Properties): Promise<Provisioned> {
  const TableName = nameOf(request, 'TableName', 255);
  const { TableDescription: table } = await request.call<Described>('dynamodb', 'CreateTable', {
    ...pick(properties, CREATE),
    TableName,
    StreamSpecification: streamOf(properties),
    SSESpecification: encryptionOf(properties),
  });
  await setTimeToLive(request, TableName, properties.TimeToLiveSpecification);
  await setRecovery(request, TableName, properties.PointInTimeRecoverySpecification);
  return { id: TableName, attributes: attributesOf(table) };
}

async function updateTable(request: ResourceUpdate, next: Properties, before: Properties): Promise<Provisioned> {
  const { call, id } = request;
  const changed = (name: string) => JSON.stringify(next[name]) !== JSON.stringify(before[name]);
  if (changed('GlobalSecondaryIndexes')) await updateIndexes(request, next, before);
  const direct = ['BillingMode', 'ProvisionedThroughput', 'DeletionProtectionEnabled', 'TableClass'].filter(changed);
  const input: Record<string, unknown> = pick({ DeletionProtectionEnabled: false, ...next }, direct.join(' '));
  if (changed('StreamSpecification')) input.StreamSpecification = streamOf(next) ?? { StreamEnabled: false };
  if (changed('SSESpecification')) input.SSESpecification = encryptionOf(next) ?? { Enabled: false };
  if (Object.keys(input).length > 0) await call('dynamodb', 'UpdateTable', { TableName: id, ...input });
  if (changed('TimeToLiveSpecification')) {
    const former = before.TimeToLiveSpecification as Properties | undefined;
    await setTimeToLive(request, id, next.TimeToLiveSpecification ?? { ...former, Enabled: false });
  }
  if (changed('PointInTimeRecoverySpecification')) {
    const off = { PointInTimeRecoveryEnabled: false };
    await setRecovery(request, id, next.PointInTimeRecoverySpecification ?? off);
  }
  const { Table } = await call<{ Table: Described['TableDescription'] }>('dynamodb', 'DescribeTable', {
    TableName: id,
  });
  return { id, attributes: attributesOf(Table) };
}

/** One index is created or deleted with each UpdateTable, as DynamoDB asks. */
async function updateIndexes({ call, id }: ResourceUpdate, next: Properties, before: Properties): Promise<void> {
  type Index = Properties & { IndexName: string };
  const list = (properties: Properties) => (properties.GlobalSecondaryIndexes ?? []) as Index[];
  const names = (properties: Properties) => new Set(list(properties).map(({ IndexName }) => IndexName));
  const { AttributeDefinitions } = next;
  for (const { IndexName } of list(before).filter((index) => !names(next).has(index.IndexName))) {
    const GlobalSecondaryIndexUpdates = [{ Delete: { IndexName } }];
    await call('dynamodb', 'UpdateTable', { TableName: id, GlobalSecondaryIndexUpdates });
  }
  for (const index of list(next).filter(({ IndexName }) => !names(before).has(IndexName))) {
    const GlobalSecondaryIndexUpdates = [{ Create: index }];
    await call('dynamodb', 'UpdateTable', { TableName: id, AttributeDefinitions, GlobalSecondaryIndexUpdates });
  }
}

async function setTimeToLive({ call }: ResourceRequest, TableName: string, specification: unknown): Promise<void> {
  if (specification === undefined) return;
  await call('dynamodb', 'UpdateTimeToLive', { TableName, TimeToLiveSpecification: specification });
}

async function setRecovery({ call }: ResourceRequest, TableName: string, specification: unknown): Promise<void> {
  if (specification === undefined) return;
  const input = { TableName, PointInTimeRecoverySpecification: specification };
  await call('dynamodb', 'UpdateContinuousBackups', input);
}

function streamOf({ StreamSpecification }: Properties): Properties | undefined {
  if (StreamSpecification === undefined) return undefined;
  return { StreamEnabled: true, ...pick(StreamSpecification as Properties, 'StreamViewType') };
}

function encryptionOf({ SSESpecification }: Properties): Properties | undefined {
  if (SSESpecification === undefined) return undefined;
  const { SSEEnabled, SSEType, KMSMasterKeyId } = SSESpecification as Properties;
  return { Enabled: SSEEnabled, SSEType, KMSMasterKeyId };
}

function attributesOf({ TableArn, TableId, LatestStreamArn }: Described['TableDescription']): Properties {
  return {
    Arn: TableArn,
    ...(TableId === undefined ? {} : { TableId }),
    ...(LatestStreamArn === undefined ? {} : { StreamArn: LatestStreamArn }),
  };
}
