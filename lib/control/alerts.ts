import { everyRecord } from '#aws/registry.ts';
import { ALERT_STATES, type AlertRecord, acknowledge, ruleOfAlert } from '#mesh/audit/alert.ts';
import { userError } from '#mesh/error.ts';
import { authorize, may } from './authorize.ts';
import type { Caller } from './caller.ts';
import { optimistically } from './optimistic.ts';
import { type ApiDeps, changeBy, type Request } from './request.ts';

/** Alerts that the caller may see, newest first: all of them, those in one state, or those since an instant. @throws WEFT-AUDIT-092. */
export async function listAlerts(
  filter: { readonly state?: string; readonly since?: string },
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'now'>,
): Promise<AlertRecord[]> {
  const states: readonly string[] = ALERT_STATES;
  if (filter.state !== undefined && !states.includes(filter.state)) {
    const hint = `states are ${states.join(', ')}`;
    throw userError('WEFT-AUDIT-092', `no alert is ever \`${filter.state}\``, { hint });
  }
  const found: AlertRecord[] = [];
  for (const prefix of monthsOf(filter.since, deps.now())) {
    for await (const alert of everyRecord(deps.registry, 'alert', prefix)) {
      if (filter.state !== undefined && filter.state !== alert.state) continue;
      if (filter.since !== undefined && Date.parse(alert.at) < Date.parse(filter.since)) continue;
      if (maySee(alert, caller)) found.push(alert);
    }
  }
  return found.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** Somebody takes note of an alert; what it suspended stays suspended. @throws WEFT-AUTH-002, WEFT-AUDIT-091. */
export async function acknowledgeAlert(
  id: string,
  reason: string,
  request: Request,
  deps: ApiDeps,
): Promise<{ alert: AlertRecord; changed: boolean }> {
  authorize('alert.acknowledge', request.caller);
  return optimistically(async () => {
    const alert = ruleOfAlert(id) === undefined ? undefined : await deps.registry.alert(id);
    if (alert === undefined) {
      throw userError('WEFT-AUDIT-091', `alert \`${id}\` does not exist`, { hint: 'see `weft audit alerts`' });
    }
    const next = acknowledge(alert, changeBy(request, 'AuditAlertAcknowledged', deps.now(), { reason }));
    if (next === undefined) return { alert, changed: false };
    await deps.registry.write([{ record: next, replaces: alert.revision }]);
    return { alert: next, changed: true };
  });
}

/** Those who govern and audit, the steward of whom it is about, and the stewards of what was read. */
function maySee({ consumer, products }: AlertRecord, caller: Caller): boolean {
  const owners = products.map((product) => product.split('/')[0] ?? '');
  return [undefined, ...owners].some((owner) =>
    may('alert.read', caller, {
      ...(owner === undefined ? {} : { owner }),
      ...(consumer === undefined ? {} : { consumer }),
    }),
  );
}

/** The beginnings of the index's keys since an instant: its months. Undefined stands for all. @throws WEFT-AUDIT-093. */
function monthsOf(since: string | undefined, now: Date): readonly (string | undefined)[] {
  if (since === undefined) return [undefined];
  const first = new Date(since);
  if (Number.isNaN(first.getTime())) {
    throw userError('WEFT-AUDIT-093', `\`${since}\` is no time`, { hint: 'write ISO 8601, e.g. 2026-03-01T00:00:00Z' });
  }
  const months: string[] = [];
  for (let month = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth())); month <= now; ) {
    months.push(month.toISOString().slice(0, 7));
    month = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1));
    // Years of them are one list.
    if (months.length > 24) return [undefined];
  }
  return months;
}
