import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { type Cloud, callerFor } from '#local/core/cloud.ts';
import { toJson } from '#local/core/codecs.ts';
import { AwsError } from '#local/core/error.ts';

interface Client {
  readonly config: { readonly serviceId: string };
  send: unknown;
}

const SERVICES: Readonly<Record<string, string>> = {
  DynamoDB: 'dynamodb',
  Glue: 'glue',
  LakeFormation: 'lakeformation',
};

/**
 * The client with its calls brought to the local cloud as they are: neither signed nor written into HTTP and read again, which takes most of a simulated step. Both are
 * tested where the templates are deployed. What goes in and comes out is copied, as the wire would; errors are the SDK's.
 */
export function direct<C extends Client>(client: C, cloud: Cloud, role: string): C {
  const name = SERVICES[client.config.serviceId] ?? client.config.serviceId;
  const service = cloud.serviceNamed(name);
  if (service === undefined) throw new Error(`the simulated cloud has no ${name}`);
  const caller = callerFor(role, 'local');
  client.send = async (command: { readonly input: object }) => {
    const operation = command.constructor.name.replace(/Command$/, '');
    try {
      const input = JSON.parse(JSON.stringify(command.input));
      const output = await cloud.invoke(service, operation, input, cloud.contextFor(caller));
      // What DynamoDB answers was read from the store just now and has no times.
      return name === 'dynamodb' ? output : JSON.parse(toJson(output ?? {}), revive);
    } catch (error) {
      throw error instanceof AwsError ? sdkError(error) : error;
    }
  };
  return client;
}

/** Times are numbers on the wire and dates in the SDK. */
function revive(key: string, value: unknown): unknown {
  const isTime = typeof value === 'number' && /(Time|LastUpdated)$/.test(key);
  return isTime ? new Date(value * 1000) : value;
}

function sdkError({ code, message, status, members }: AwsError): Error {
  const $metadata = { httpStatusCode: status };
  if (code === 'TransactionCanceledException')
    return new TransactionCanceledException({ message, $metadata, ...members });
  return Object.assign(new Error(message), { name: code, $metadata, ...members });
}
