import type { ConditionKeys } from '../../core/condition.ts';
import type { Call } from '../../core/service.ts';

/** One thing that IAM is asked about a call. */
export interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly keys?: ConditionKeys;
}

const TRANSACT: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};

interface Events {
  readonly Entries?: readonly { readonly Source?: string; readonly DetailType?: string }[];
}

/**
 * What a call needs to be allowed: its action on each of its resources; a DynamoDB transaction needs the action of each item in it, and S3 asks
 * itself for each of many keys.
 */
export function asked(call: Call): Asked[] {
  if (call.service === 'dynamodb' && /^Transact(Write|Get)Items$/.test(call.operation)) {
    const { TransactItems: items = [] } = call.input as { TransactItems?: Record<string, unknown>[] };
    const actions = new Set(items.flatMap((item) => Object.keys(item)).map((kind) => `dynamodb:${TRANSACT[kind]}`));
    return [...actions].flatMap((action) => call.resources.map((resource) => ({ action, resource })));
  }
  if (call.service === 's3' && call.operation === 'DeleteObjects') return [];
  const keys = call.action === 'events:PutEvents' ? eventKeys(call.input as Events) : undefined;
  return call.resources.map((resource) => ({ action: call.action, resource, keys }));
}

/** The sources and detail types of all entries: IAM judges the request as one. */
function eventKeys({ Entries: entries = [] }: Events): ConditionKeys {
  return {
    'events:source': entries.map((entry) => entry.Source ?? ''),
    'events:detail-type': entries.map((entry) => entry.DetailType ?? ''),
  };
}
