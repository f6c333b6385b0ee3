import { awsError, createSigned } from '#aws/signed-request.ts';
import { wayTo } from './clients.ts';

/**
 * Stands in for the SDK's client of DynamoDB in the bundles: the registry needs four operations, and the generated client would be two
 * fifths of each bundle. It takes the same commands and throws the same errors; `#aws/retry.ts` tries again above it.
 */
export class DynamoDBClient {
  readonly #send = createSigned('dynamodb', wayTo('dynamodb', process.env.AWS_REGION ?? ''));

  async send({ operation, input }: Command): Promise<Record<string, unknown>> {
    const { status, text } = await this.#send({
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` },
      body: JSON.stringify(input),
    });
    const answer = JSON.parse(text || '{}') as Record<string, unknown>;
    if (status < 300) return answer;
    const name = String(answer.__type ?? 'Unknown').replace(/^.*#/, '');
    const error = awsError(name, String(answer.message ?? answer.Message ?? `status ${status}`), status);
    throw name === 'TransactionCanceledException' ? new TransactionCanceledException(error, answer) : error;
  }
}

/** One operation with its input, as DynamoDB's JSON protocol takes it. */
class Command {
  readonly operation: string;
  readonly input: object;

  constructor(operation: string, input: object) {
    this.operation = operation;
    this.input = input;
  }
}

const command = (operation: string) =>
  class extends Command {
    constructor(input: object) {
      super(operation, input);
    }
  };

export const GetItemCommand = command('GetItem');
export const PutItemCommand = command('PutItem');
export const QueryCommand = command('Query');
export const TransactWriteItemsCommand = command('TransactWriteItems');

/** A transaction that was not made, with the reason of each of its items. */
export class TransactionCanceledException extends Error {
  readonly CancellationReasons: unknown;
  readonly $metadata: unknown;

  constructor(cause: Error, answer: Readonly<Record<string, unknown>>) {
    super(cause.message, { cause });
    this.name = 'TransactionCanceledException';
    this.CancellationReasons = answer.CancellationReasons;
    this.$metadata = (cause as Error & { $metadata?: unknown }).$metadata;
  }
}
