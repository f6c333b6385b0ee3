import { type Family, nameOf, type Properties, type ResourceRequest, rules, tagMap } from './resource.ts';

const ATTRIBUTES =
  'ContentBasedDeduplication DeduplicationScope DelaySeconds FifoThroughputLimit KmsDataKeyReusePeriodSeconds KmsMasterKeyId MaximumMessageSize MessageRetentionPeriod ReceiveMessageWaitTimeSeconds RedriveAllowPolicy RedrivePolicy SqsManagedSseEnabled VisibilityTimeout';

function attributes(properties: Properties): Record<string, string> {
  const entries = `${ATTRIBUTES} FifoQueue`
    .split(' ')
    .filter((name) => properties[name] !== undefined)
    .map((name) => [name, asText(properties[name])] as const);
  return Object.fromEntries(entries);
}

function asText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function queueName(request: ResourceRequest): string {
  const { QueueName, FifoQueue } = request.properties;
  if (typeof QueueName === 'string') return QueueName;
  return String(FifoQueue) === 'true' ? `${request.generatedName(75)}.fifo` : request.generatedName(80);
}

export const sqs: Family = {
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    properties: rules({ update: `${ATTRIBUTES} Tags`, replace: 'QueueName FifoQueue' }),
    async create(request) {
      const name = queueName(request);
      const { QueueUrl: id } = await request.call<{ QueueUrl: string }>('sqs', 'CreateQueue', {
        QueueName: name,
        Attributes: attributes(request.properties),
        tags: tagMap(request.properties.Tags),
      });
      return { id, attributes: { Arn: request.arn('sqs', name), QueueName: name, QueueUrl: id } };
    },
    async update({ call, id, attributes: known, properties, previous }) {
      const { FifoQueue: _fifo, ...changed } = attributes(properties);
      const gone = Object.keys(attributes(previous)).filter(
        (name) => changed[name] === undefined && name !== 'FifoQueue',
      );
      const cleared = Object.fromEntries(gone.map((name) => [name, DEFAULTS[name] ?? '']));
      await call('sqs', 'SetQueueAttributes', { QueueUrl: id, Attributes: { ...cleared, ...changed } });
      return { id, attributes: known };
    },
    async delete({ call, id }) {
      await call('sqs', 'DeleteQueue', { QueueUrl: id });
    },
  },

  'AWS::SQS::QueuePolicy': {
    properties: rules({ update: 'PolicyDocument Queues' }),
    async create(request) {
      await putPolicies(request, JSON.stringify(request.properties.PolicyDocument));
      return { id: nameOf(request, 'Id') };
    },
    async update(request) {
      const kept = new Set(request.properties.Queues as string[]);
      for (const url of (request.previous.Queues as string[]).filter((queue) => !kept.has(queue))) {
        await request.call('sqs', 'SetQueueAttributes', { QueueUrl: url, Attributes: { Policy: '' } });
      }
      await putPolicies(request, JSON.stringify(request.properties.PolicyDocument));
      return { id: request.id };
    },
    async delete(request) {
      await putPolicies(request, '');
    },
  },
};

/** What an attribute that a template no longer gives falls back to (SetQueueAttributes, Amazon SQS API Reference). */
const DEFAULTS: Readonly<Record<string, string>> = {
  ContentBasedDeduplication: 'false',
  DelaySeconds: '0',
  KmsDataKeyReusePeriodSeconds: '300',
  MaximumMessageSize: '262144',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  VisibilityTimeout: '30',
};

async function putPolicies({ call, properties }: ResourceRequest, policy: string): Promise<void> {
  for (const url of properties.Queues as string[]) {
    await call('sqs', 'SetQueueAttributes', { QueueUrl: url, Attributes: { Policy: policy } });
  }
}
