import type { Cloud } from '../../core/cloud.ts';
import { jsonCodec } from '../../core/codecs.ts';
import { AwsError } from '../../core/error.ts';
import type { Context, Operation, Operations, Service } from '../../core/service.ts';
import { deliver, dueAt } from './delivery.ts';
import { type DeliveryStream, streamArn } from './model.ts';
import { putRecord, putRecordBatch, type Refused } from './records.ts';
import {
  createStream,
  deleteStream,
  describeStream,
  listStreams,
  listTags,
  startEncryption,
  stopEncryption,
  tagStream,
  untagStream,
  updateDestination,
} from './streams.ts';

/** Milliseconds after which what S3 did not take is delivered again. */
const RETRY_AFTER = 60_000;

interface Named {
  readonly DeliveryStreamName?: string;
}

function onStream<I extends Named>(run: (input: I, context: Context) => unknown): Operation<I> {
  return {
    run,
    resources: ({ DeliveryStreamName: name = '' }, context) => [streamArn({ ...context, name })],
  };
}

/** Amazon Data Firehose: streams that are put to directly and deliver to S3. */
export class FirehoseService implements Service {
  readonly signingName = 'firehose';
  readonly codec = jsonCodec('1.1');
  readonly operations: Operations;
  readonly #cloud: Cloud;
  readonly #retries = new Map<string, number>();
  readonly #refusals = new Map<string, number>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    const refused: Refused = (stream) => this.#refuses(streamArn(stream));
    this.operations = {
      CreateDeliveryStream: onStream(createStream),
      DescribeDeliveryStream: onStream(describeStream),
      ListDeliveryStreams: { run: listStreams },
      UpdateDestination: onStream(updateDestination),
      DeleteDeliveryStream: onStream(deleteStream),
      PutRecord: onStream((input, context) => putRecord(input, context, refused)),
      PutRecordBatch: onStream((input, context) => putRecordBatch(input, context, refused)),
      StartDeliveryStreamEncryption: onStream(startEncryption),
      StopDeliveryStreamEncryption: onStream(stopEncryption),
      TagDeliveryStream: onStream(tagStream),
      UntagDeliveryStream: onStream(untagStream),
      ListTagsForDeliveryStream: onStream(listTags),
    };
  }

  /** Has a stream refuse its next records, as one that gets more than its quota does. */
  refuseNext(arn: string, records: number): void {
    this.#refusals.set(arn, records);
  }

  async pump(): Promise<boolean> {
    let isBusy = false;
    for (const stream of this.#streams()) {
      const due = this.#due(stream);
      if (due === undefined || due > this.#cloud.clock.now()) continue;
      isBusy = true;
      await this.#deliver(stream);
    }
    return isBusy;
  }

  nextDue(): number | undefined {
    const times = this.#streams()
      .map((stream) => this.#due(stream))
      .filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  async #deliver(stream: DeliveryStream): Promise<void> {
    const arn = streamArn(stream);
    try {
      await deliver(this.#cloud, stream);
      this.#retries.delete(arn);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#retries.set(arn, this.#cloud.clock.now() + RETRY_AFTER);
    }
  }

  #due(stream: DeliveryStream): number | undefined {
    const due = dueAt(this.#cloud, stream);
    const retry = this.#retries.get(streamArn(stream));
    return due === undefined || retry === undefined ? due : Math.max(due, retry);
  }

  #streams(): DeliveryStream[] {
    const { store } = this.#cloud;
    const namespaces = store.namespaces('firehose/').filter((name) => name.endsWith('/stream'));
    return namespaces.flatMap((name) => store.list<DeliveryStream>(name).map(({ value }) => value));
  }

  #refuses(arn: string): boolean {
    const left = this.#refusals.get(arn) ?? 0;
    if (left > 0) this.#refusals.set(arn, left - 1);
    return left > 0;
  }
}
