import { document, type XmlMembers } from '../../services/s3/xml.ts';
import { type Family, type Properties, type ResourceRequest, rules } from './resource.ts';

/** A part of a bucket's configuration: the property, its sub-resource, and the document that is put there. */
interface Part {
  readonly property: string;
  /** As the operation names it, e.g. `BucketVersioning` of `PutBucketVersioning`. */
  readonly noun: string;
  readonly query: string;
  readonly root: string;
  /** What is put when the property goes away, where nothing can be deleted. */
  readonly cleared?: XmlMembers;
  shape?(value: Properties): Properties;
}

const PARTS: readonly Part[] = [
  {
    property: 'VersioningConfiguration',
    noun: 'BucketVersioning',
    query: 'versioning',
    root: 'VersioningConfiguration',
    cleared: { Status: 'Suspended' },
  },
  {
    property: 'BucketEncryption',
    noun: 'BucketEncryption',
    query: 'encryption',
    root: 'ServerSideEncryptionConfiguration',
    shape: ({ ServerSideEncryptionConfiguration: list }) => ({
      Rule: (list as Properties[]).map(({ ServerSideEncryptionByDefault, ...rest }) => ({
        ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault,
        ...rest,
      })),
    }),
  },
  {
    property: 'PublicAccessBlockConfiguration',
    noun: 'PublicAccessBlock',
    query: 'publicAccessBlock',
    root: 'PublicAccessBlockConfiguration',
  },
  {
    property: 'OwnershipControls',
    noun: 'BucketOwnershipControls',
    query: 'ownershipControls',
    root: 'OwnershipControls',
    shape: ({ Rules }) => ({ Rule: Rules }),
  },
  {
    property: 'ObjectLockConfiguration',
    noun: 'ObjectLockConfiguration',
    query: 'object-lock',
    root: 'ObjectLockConfiguration',
  },
  {
    property: 'Tags',
    noun: 'BucketTagging',
    query: 'tagging',
    root: 'Tagging',
    shape: (tags) => ({ TagSet: { Tag: tags } }),
  },
  {
    property: 'NotificationConfiguration',
    noun: 'BucketNotificationConfiguration',
    query: 'notification',
    root: 'NotificationConfiguration',
    cleared: {},
    shape: ({ EventBridgeConfiguration: given }) => ({ EventBridgeConfiguration: sends(given) ? {} : undefined }),
  },
];

export const s3: Family = {
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    properties: rules({
      update: PARTS.map(({ property }) => property).join(' '),
      replace: 'BucketName ObjectLockEnabled',
      inert: {
        IntelligentTieringConfigurations: 'objects have one storage class here',
        LifecycleConfiguration: 'objects do not age on this machine',
        LoggingConfiguration: 'server access logs are not written; CloudTrail records are',
        MetricsConfigurations: 'metrics are not collected on this machine',
      },
    }),
    async create(request) {
      const { properties, site } = request;
      const bucket = bucketName(request);
      checkNotifications(properties);
      const lock: Record<string, string> =
        properties.ObjectLockEnabled === true ? { 'x-amz-bucket-object-lock-enabled': 'true' } : {};
      const away = site.region !== 'us-east-1';
      const body = away ? document('CreateBucketConfiguration', { LocationConstraint: site.region }) : '';
      await request.callBucket('CreateBucket', bucket, { method: 'PUT', headers: lock, body });
      try {
        for (const part of PARTS) await putPart(request, bucket, part);
      } catch (error) {
        await request.callBucket('DeleteBucket', bucket, { method: 'DELETE' });
        throw error;
      }
      return { id: bucket, attributes: attributesOf(bucket, site.region) };
    },
    async update(request) {
      const { id, properties, previous, attributes } = request;
      checkNotifications(properties);
      const changed = (name: string) => JSON.stringify(properties[name]) !== JSON.stringify(previous[name]);
      for (const part of PARTS.filter(({ property }) => changed(property))) {
        if (properties[part.property] === undefined) await clearPart(request, id, part);
        else await putPart(request, id, part);
      }
      return { id, attributes };
    },
    async delete({ callBucket, id }) {
      await callBucket('DeleteBucket', id, { method: 'DELETE' });
    },
  },

  'AWS::S3::BucketPolicy': {
    properties: rules({ update: 'PolicyDocument', replace: 'Bucket' }),
    async create(request) {
      const bucket = String(request.properties.Bucket);
      await putPolicy(request, bucket);
      return { id: bucket };
    },
    async update(request) {
      await putPolicy(request, request.id);
      return { id: request.id };
    },
    async delete({ callBucket, id }) {
      await callBucket('DeleteBucketPolicy', id, { method: 'DELETE', query: 'policy' });
    },
  },
};

function bucketName({ properties, generatedName }: ResourceRequest): string {
  return typeof properties.BucketName === 'string' ? properties.BucketName : generatedName(63, true);
}

function attributesOf(bucket: string, region: string): Properties {
  return {
    Arn: `arn:aws:s3:::${bucket}`,
    DomainName: `${bucket}.s3.amazonaws.com`,
    RegionalDomainName: `${bucket}.s3.${region}.amazonaws.com`,
  };
}

async function putPart({ callBucket, properties }: ResourceRequest, bucket: string, part: Part): Promise<void> {
  const value = properties[part.property] as Properties | undefined;
  if (value === undefined) return;
  const body = document(part.root, (part.shape?.(value) ?? value) as XmlMembers);
  await callBucket(`Put${part.noun}`, bucket, { method: 'PUT', query: part.query, body });
}

async function clearPart({ callBucket }: ResourceRequest, bucket: string, part: Part): Promise<void> {
  if (part.property === 'ObjectLockConfiguration') throw new Error('the object lock of a bucket cannot be taken away');
  const { query, noun, cleared, root } = part;
  if (cleared === undefined) await callBucket(`Delete${noun}`, bucket, { method: 'DELETE', query });
  else await callBucket(`Put${noun}`, bucket, { method: 'PUT', query, body: document(root, cleared) });
}

async function putPolicy({ callBucket, properties }: ResourceRequest, bucket: string): Promise<void> {
  const body = JSON.stringify(properties.PolicyDocument);
  await callBucket('PutBucketPolicy', bucket, { method: 'PUT', query: 'policy', body });
}

/** Whether a bucket sends to EventBridge: yes, unless the configuration is not there or says no. */
function sends(configuration: unknown): boolean {
  if (configuration === undefined) return false;
  return String((configuration as Properties).EventBridgeEnabled ?? true) === 'true';
}

/** Notifications to other targets than EventBridge are refused before anything is made. */
function checkNotifications({ NotificationConfiguration: configuration = {} }: Properties): void {
  const other = Object.keys(configuration as object).find((name) => name !== 'EventBridgeConfiguration');
  if (other !== undefined) throw new Error(`weft local does not model ${other} of a bucket's notifications`);
}
