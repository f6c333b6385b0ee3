import { type Cloud, callerFor } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import { LambdaService } from '../lambda/service.ts';
import { type DeliveryStream, type Processor, streamArn, type Waiting } from './model.ts';

/** A record on its way to S3. */
export interface Transformed extends Waiting {
  /** Why it goes to the error prefix. */
  readonly failure?: { readonly code: string; readonly message: string; readonly lambda: string };
}

interface Answer {
  readonly records?: readonly { readonly recordId: string; readonly result: string; readonly data?: string }[];
}

const ATTEMPTS = 4;

/** Sends records through the processors of a stream, in their order; what was dropped is missing. */
export async function transform(
  cloud: Cloud,
  stream: DeliveryStream,
  records: readonly Waiting[],
): Promise<Transformed[]> {
  const { Enabled = false, Processors = [] } = stream.destination.ProcessingConfiguration ?? {};
  let current: Transformed[] = [...records];
  if (!Enabled) return current;
  for (const processor of Processors) {
    current =
      processor.Type === 'Lambda'
        ? await throughLambda(cloud, stream, processor, current)
        : current.map((record) => delimited(record, parameter(processor, 'Delimiter') ?? '\\n'));
  }
  return current;
}

function parameter({ Parameters = [] }: Processor, name: string): string | undefined {
  return Parameters.find(({ ParameterName }) => ParameterName === name)?.ParameterValue;
}

function delimited(record: Transformed, delimiter: string): Transformed {
  if (record.failure !== undefined) return record;
  const bytes = Buffer.concat([Buffer.from(record.data, 'base64'), Buffer.from(delimiter.replaceAll('\\n', '\n'))]);
  return { ...record, data: bytes.toString('base64'), bytes: bytes.length };
}

async function throughLambda(
  cloud: Cloud,
  stream: DeliveryStream,
  processor: Processor,
  records: readonly Transformed[],
): Promise<Transformed[]> {
  const lambda = parameter(processor, 'LambdaArn') ?? '';
  const failed = (record: Transformed, code: string, message: string): Transformed => ({
    ...record,
    failure: { code, message, lambda },
  });
  const answer = await invoke(cloud, stream, lambda, records);
  if (typeof answer === 'string') return records.map((record) => failed(record, 'Lambda.FunctionError', answer));
  const results = new Map((answer.records ?? []).map((one) => [one.recordId, one]));
  return records.flatMap((record) => {
    const result = results.get(record.id);
    if (result === undefined)
      return [failed(record, 'Lambda.MissingRecordId', 'One or more record Ids were not returned.')];
    if (result.result === 'Dropped') return [];
    if (result.result === 'Ok') {
      const data = result.data ?? '';
      return [{ ...record, data, bytes: Buffer.from(data, 'base64').length }];
    }
    return [failed(record, 'Lambda.ProcessingFailedStatus', 'ProcessingFailed status set for record')];
  });
}

/** What the function answers, or why it does not after its retries. */
async function invoke(
  cloud: Cloud,
  stream: DeliveryStream,
  lambda: string,
  records: readonly Transformed[],
): Promise<Answer | string> {
  const payload = JSON.stringify({
    invocationId: records[0]?.id,
    deliveryStreamArn: streamArn(stream),
    region: stream.region,
    records: records.map(({ id, data, arrived }) => ({ recordId: id, approximateArrivalTimestamp: arrived, data })),
  });
  const caller = callerFor(stream.destination.RoleARN, 'firehose');
  let why = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      // The function's name may carry a version.
      cloud.permit?.(cloud.contextFor(caller, stream.region), 'lambda:InvokeFunction', lambda);
      const outcome = await cloud.service(LambdaService).invokeAs(caller, lambda.replace(/:\$LATEST$/, ''), payload);
      if (outcome.functionError === undefined) return JSON.parse(outcome.payload) as Answer;
      why = outcome.payload;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      why = error.message;
    }
  }
  return why;
}
