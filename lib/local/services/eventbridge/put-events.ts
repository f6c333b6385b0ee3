import { randomUUID } from 'node:crypto';
import { admits } from '../../core/policy.ts';
import type { Context, Operation } from '../../core/service.ts';
import { findBus } from './buses.ts';
import { busArn, type EventEnvelope, parseBus, validation } from './model.ts';
import { publish } from './publisher.ts';

interface Entry {
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  /** Epoch seconds. */
  readonly Time?: number;
  readonly Resources?: readonly string[];
  readonly EventBusName?: string;
  readonly TraceHeader?: string;
}

type Result = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

const MOST_ENTRIES = 10;
const MOST_BYTES = 1024 * 1024;

/** `PutEvents`: each entry is taken or refused by itself. */
export const putEvents: Operation<{ Entries?: readonly Entry[]; EndpointId?: string }> = {
  resources: (input, context) => [
    ...new Set((input.Entries ?? []).map((entry) => busArn(parseBus(entry.EventBusName, context)))),
  ],
  run: (input, context) => {
    const entries = input.Entries ?? [];
    if (input.EndpointId !== undefined) throw validation('weft local has no global endpoints');
    if (entries.length === 0 || entries.length > MOST_ENTRIES) {
      throw validation(
        `1 validation error detected: Value '[${entries.length} entries]' at 'entries' failed to satisfy constraint: Member must have length ${entries.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${MOST_ENTRIES}`}`,
      );
    }
    if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) >= MOST_BYTES) {
      throw validation('Total size of the entries in the request is over the limit.');
    }
    const results = entries.map((entry) => put(entry, context));
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
  },
};

function put(entry: Entry, context: Context): Result {
  const wrong = problemOf(entry);
  if (wrong !== undefined) return wrong;
  const { Source: source = '', DetailType: detailType = '', Detail: detail = '' } = entry;
  const bus = findBus(context.cloud, parseBus(entry.EventBusName, context));
  if (bus === undefined) return failure('InvalidArgument', `Event bus ${entry.EventBusName} does not exist.`);
  const request = {
    caller: context.caller,
    action: 'events:PutEvents',
    resource: busArn(bus),
    keys: { 'events:source': source, 'events:detail-type': detailType, 'events:eventBusInvocation': 'false' },
  };
  if (!admits(context.cloud.store, bus.policy, bus.account, request)) {
    return failure(
      'AccessDeniedException',
      `User: ${context.caller.arn} is not authorized to perform: events:PutEvents on resource: ${busArn(bus)}`,
    );
  }
  const event: EventEnvelope = {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: context.account,
    time: isoSeconds(entry.Time === undefined ? context.now : entry.Time * 1000),
    region: bus.region,
    resources: entry.Resources ?? [],
    detail: JSON.parse(detail) as unknown,
  };
  publish(context.cloud, bus, event, { byRule: false, fromAccount: context.account });
  return { EventId: event.id };
}

function problemOf(entry: Entry): Result | undefined {
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (entry[name] === undefined || entry[name] === '') {
      return failure('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
    }
  }
  if ((entry.DetailType ?? '').length > 128) {
    return failure('InvalidArgument', 'Parameter DetailType is not valid. Reason: Detail type exceeds 128 characters.');
  }
  if (entry.Source?.startsWith('aws.'))
    return failure('NotAuthorizedForSourceException', 'Not authorized for the source.');
  return isObject(entry.Detail ?? '') ? undefined : failure('MalformedDetail', 'Detail is malformed.');
}

/** How AWS counts an entry: 14 bytes for a time, and the UTF-8 of the rest. */
function sizeOf(entry: Entry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), entry.Time === undefined ? 0 : 14);
}

/** Time as events carry it: no milliseconds. */
export function isoSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function isObject(text: string): boolean {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function failure(ErrorCode: string, ErrorMessage: string): Result {
  return { ErrorCode, ErrorMessage };
}
