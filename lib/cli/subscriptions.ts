import { userError } from '#mesh/error.ts';
import { condition } from '#mesh/record.ts';
import { missingApprovals } from '#mesh/subscription/approval.ts';
import { SUSPENDED } from '#mesh/subscription/readiness.ts';
import { type AccessScope, holdsAccess, type SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { isSuspended } from '#mesh/suspension.ts';
import { roleArn } from '#mesh/topology/names.ts';
import { type Invocation, listOption, numberOption, textOption } from './command.ts';
import type { Io } from './io.ts';
import { renderTable } from './table.ts';

/** Subscriptions as a table for people. */
export function subscriptionTable(io: Io, subscriptions: readonly SubscriptionRecord[]): string {
  return renderTable(
    subscriptions,
    [
      { title: 'subscription', value: (entry) => entry.id, whole: true },
      { title: 'state', value: stateOf, whole: true },
      { title: 'consumer', value: (entry) => entry.consumer },
      { title: 'scope', value: (entry) => scopeText(entry.approved ?? entry.requested) },
      { title: 'purpose', value: (entry) => entry.purpose },
      { title: 'decided by', value: (entry) => entry.decidedBy?.split('/').slice(1).join('/') ?? '' },
    ],
    io.columns,
  );
}

/** Its state, or `suspended` while it, its product or its domain is; with what it waits for. */
export function stateOf(entry: SubscriptionRecord): string {
  const stopped = isSuspended(entry) || condition(entry, 'Shared')?.reason === SUSPENDED;
  if (stopped && holdsAccess(entry)) return 'suspended';
  if (entry.state === 'pending') return `pending: ${missingApprovals(entry).join(', ')}`;
  if (entry.renewal !== undefined && holdsAccess(entry))
    return `${entry.state}, renewal: ${missingApprovals(entry.renewal).join(', ')}`;
  return entry.state;
}

/** A scope in one line, e.g. `up to internal; strikes where state IN ('TX')`. */
export function scopeText(scope: AccessScope): string {
  const parts = [`up to ${scope.clearance}`];
  if (scope.tables !== undefined) parts.push(`tables ${scope.tables.join(', ')}`);
  for (const [table, columns] of Object.entries(scope.columns ?? {})) parts.push(`${table}(${columns.join(', ')})`);
  for (const [table, rows] of Object.entries(scope.rows ?? {})) parts.push(`${table} where ${rows}`);
  return parts.join('; ');
}

/** The scope that the options of a request or a decision name; only what was given. */
export function scopeOptions(invocation: Invocation): Record<string, unknown> {
  const columns = pairs(invocation, 'columns').map(([table, text]) => [
    table,
    text.split(',').map((name) => name.trim()),
  ]);
  const rows = pairs(invocation, 'rows');
  const tables = textOption(invocation, 'tables');
  return {
    clearance: textOption(invocation, 'clearance'),
    expiresAt: textOption(invocation, 'expires'),
    tables: tables?.split(',').map((name) => name.trim()),
    columns: columns.length === 0 ? undefined : Object.fromEntries(columns),
    rows: rows.length === 0 ? undefined : Object.fromEntries(rows),
  };
}

/**
 * The id of a subscription as a part of a path of the API.
 * @throws WeftError `WEFT-CLI-025` when no id looks like that.
 */
export function subscriptionId(text: string): string {
  if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(text)) return text;
  throw userError('WEFT-CLI-025', `${JSON.stringify(text)} is not the id of a subscription`, {
    hint: 'weft subscription list shows them',
  });
}

/** The body of a request from its options; a `--role` without an ARN is one of `account`. */
export function requestBody(invocation: Invocation, account: string): Record<string, unknown> {
  const purpose = textOption(invocation, 'purpose')?.trim() ?? '';
  if (purpose === '')
    throw userError('WEFT-CLI-024', 'the request says no purpose', { hint: 'add --purpose "what the data is for"' });
  return {
    product: invocation.args[0],
    purpose,
    major: numberOption(invocation, 'major'),
    principals: principalsOf(invocation, account),
    wholeAccount: invocation.options.wholeAccount === true || undefined,
    ...scopeOptions(invocation),
  };
}

function principalsOf(invocation: Invocation, account: string): string[] | undefined {
  const roles = listOption(invocation, 'role').map((role) => role.trim());
  const arns = textOption(invocation, 'principals')?.split(',') ?? [];
  const principals = [...roles.map((role) => (role.startsWith('arn:') ? role : roleArn(account, role))), ...arns];
  return principals.length === 0 ? undefined : principals.map((arn) => arn.trim());
}

function pairs(invocation: Invocation, option: string): [string, string][] {
  return listOption(invocation, option).map((text) => {
    const mark = text.indexOf('=');
    if (mark <= 0)
      throw userError('WEFT-CLI-015', `--${option} ${JSON.stringify(text)} names no table`, {
        hint: `--${option} <table>=<…>`,
      });
    if (text.slice(mark + 1).trim() === '')
      throw userError('WEFT-CLI-015', `--${option} ${JSON.stringify(text)} has nothing behind the =`, {
        hint: `leave it out for all ${option}`,
      });
    return [text.slice(0, mark), text.slice(mark + 1)];
  });
}
