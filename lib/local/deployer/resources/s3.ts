import { type Family, type Properties, pick, type ResourceRequest, type ResourceUpdate, rules } from './resource.ts';

interface Encryption {
  readonly ServerSideEncryptionConfiguration: readonly {
    readonly ServerSideEncryptionByDefault?: unknown;
    readonly BucketKeyEnabled?: unknown;
  }[];
}

/** A part of a bucket's configuration: the property, the operation, the member that the operation wants, and how it is made. */
interface Part {
  readonly property: string;
  readonly put: string;
  readonly member: string;
  readonly remove?: string;
  /** What to put when the property goes away and there is no operation to remove it. */
  readonly cleared?: Properties;
  shape?(value: Properties): unknown;
}

const PARTS: readonly Part[] = [
  {
    property: 'VersioningConfiguration',
    put: 'PutBucketVersioning',
    member: 'VersioningConfiguration',
    cleared: { Status: 'Suspended' },
  },
  {
    property: 'BucketEncryption',
    put: 'PutBucketEncryption',
    member: 'ServerSideEncryptionConfiguration',
    remove: 'DeleteBucketEncryption',
    shape: (value) => ({
      Rules: (value as Properties & Encryption).ServerSideEncryptionConfiguration.map((rule) => ({
        ApplyServerSideEncryptionByDefault: rule.ServerSideEncryptionByDefault,
        BucketKeyEnabled: rule.BucketKeyEnabled,
      })),
    }),
  },
  {
    property: 'PublicAccessBlockConfiguration',
    put: 'PutPublicAccessBlock',
    member: 'PublicAccessBlockConfiguration',
    remove: 'DeletePublicAccessBlock',
  },
  {
    property: 'OwnershipControls',
    put: 'PutBucketOwnershipControls',
    member: 'OwnershipControls',
    remove: 'DeleteBucketOwnershipControls',
  },
  { property: 'ObjectLockConfiguration', put: 'PutObjectLockConfiguration', member: 'ObjectLockConfiguration' },
  {
    property: 'NotificationConfiguration',
    put: 'PutBucketNotificationConfiguration',
    member: 'NotificationConfiguration',
    cleared: {},
    shape: notifications,
  },
];

export const s3: Family = {
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    properties: rules({
      update: `${PARTS.map(({ property }) => property).join(' ')} Tags`,
      replace: 'BucketName ObjectLockEnabled',
      inert: {
        IntelligentTieringConfigurations: 'objects have one storage class here',
        LifecycleConfiguration: 'objects do not age on this machine',
        LoggingConfiguration: 'server access logs are not written; CloudTrail records are',
        MetricsConfigurations: 'metrics are not collected on this machine',
      },
    }),
    async create(request) {
      const { properties, call, site } = request;
      const Bucket = bucketName(request);
      const lock = properties.ObjectLockEnabled === true ? { ObjectLockEnabledForBucket: true } : {};
      const here =
        site.region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: site.region } };
      await call('s3', 'CreateBucket', { Bucket, ...lock, ...here });
      try {
        for (const part of PARTS) await putPart(request, Bucket, part);
        await putTags(request, Bucket);
      } catch (error) {
        await call('s3', 'DeleteBucket', { Bucket });
        throw error;
      }
      return { id: Bucket, attributes: attributesOf(Bucket, site.region) };
    },
    async update(request) {
      const { id, properties, previous, attributes } = request;
      const changed = (name: string) => JSON.stringify(properties[name]) !== JSON.stringify(previous[name]);
      for (const part of PARTS.filter(({ property }) => changed(property))) {
        if (properties[part.property] === undefined) await clearPart(request, part);
        else await putPart(request, id, part);
      }
      if (changed('Tags')) await putTags(request, id);
      return { id, attributes };
    },
    async delete({ call, id }) {
      await call('s3', 'DeleteBucket', { Bucket: id });
    },
  },

  'AWS::S3::BucketPolicy': {
    properties: rules({ update: 'PolicyDocument', replace: 'Bucket' }),
    async create(request) {
      await putPolicy(request);
      return { id: String(request.properties.Bucket) };
    },
    async update(request) {
      await putPolicy(request);
      return { id: request.id };
    },
    async delete({ call, id }) {
      await call('s3', 'DeleteBucketPolicy', { Bucket: id });
    },
  },
};

function bucketName({ properties, generatedName }: ResourceRequest): string {
  return typeof properties.BucketName === 'string' ? properties.BucketName : generatedName(63, true);
}

function attributesOf(bucket: string, region: string): Properties {
  const domain = `${bucket}.s3.amazonaws.com`;
  return {
    Arn: `arn:aws:s3:::${bucket}`,
    DomainName: domain,
    RegionalDomainName: `${bucket}.s3.${region}.amazonaws.com`,
  };
}

async function putPart({ call, properties }: ResourceRequest, Bucket: string, part: Part): Promise<void> {
  const value = properties[part.property] as Properties | undefined;
  if (value === undefined) return;
  await call('s3', part.put, { Bucket, [part.member]: part.shape?.(value) ?? value });
}

async function clearPart(
  { call, id: Bucket }: ResourceUpdate,
  { property, put, member, remove, cleared }: Part,
): Promise<void> {
  if (remove !== undefined) await call('s3', remove, { Bucket });
  else if (cleared !== undefined) await call('s3', put, { Bucket, [member]: cleared });
  else throw new Error(`${property} cannot be taken away from a bucket`);
}

async function putTags({ call, properties }: ResourceRequest, Bucket: string): Promise<void> {
  if (properties.Tags === undefined) return;
  await call('s3', 'PutBucketTagging', { Bucket, Tagging: { TagSet: properties.Tags } });
}

async function putPolicy({ call, properties }: ResourceRequest): Promise<void> {
  const Policy = JSON.stringify(properties.PolicyDocument);
  await call('s3', 'PutBucketPolicy', { ...pick(properties, 'Bucket'), Policy });
}

/** Notifications to EventBridge are switched on in a template by a flag and in the API by being there. */
function notifications(value: Properties): Properties {
  const { EventBridgeConfiguration, ...others } = value as Properties & {
    EventBridgeConfiguration?: { EventBridgeEnabled?: boolean };
  };
  const [other] = Object.keys(others);
  if (other !== undefined) throw new Error(`weft local does not model ${other} of a bucket's notifications`);
  return EventBridgeConfiguration?.EventBridgeEnabled === false ? {} : { EventBridgeConfiguration: {} };
}
