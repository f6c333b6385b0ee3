import { sortOf } from '#aws/registry-keys.ts';
import { ALERT_STATES, type AlertRecord, acknowledge, ruleOfAlert } from '#mesh/audit/alert.ts';
import { userError } from '#mesh/error.ts';
import type { ListPage, PageQuery } from '#mesh/page.ts';
import { authorize, may } from './authorize.ts';
import type { Caller } from './caller.ts';
import { optimistically } from './optimistic.ts';
import { type List, pageOf, portions, rowAt } from './paged.ts';
import { type ApiDeps, changeBy, type Request } from './request.ts';

/** What alerts are asked for by. */
export interface AlertFilter extends PageQuery {
  readonly state?: string;
  /** ISO 8601 */
  readonly since?: string;
}

/** Alerts that the caller may see, newest first: all of them, those in one state, or those since an instant. @throws WEFT-AUDIT-092, -093, WEFT-API-011, -012. */
export async function listAlerts(
  query: AlertFilter,
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'cursors'>,
): Promise<ListPage<AlertRecord>> {
  const { state, since } = query;
  const states: readonly string[] = ALERT_STATES;
  if (state !== undefined && !states.includes(state)) {
    const hint = `states are ${states.join(', ')}`;
    throw userError('WEFT-AUDIT-092', `no alert is ever \`${state}\``, { hint });
  }
  const first = since === undefined ? undefined : instantOf(since);
  // Keys begin with the instant, which may be told with or without a fraction of its second.
  const from = first?.toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length);
  const isShown = (alert: AlertRecord) =>
    (state === undefined || state === alert.state) &&
    (first === undefined || Date.parse(alert.at) >= first.getTime()) &&
    maySee(alert, caller);
  const list: List<AlertRecord> = {
    route: 'GET /alerts',
    filter: { state, since },
    read: ([after] = [], size) =>
      portions(
        { after },
        size,
        (range) => deps.registry.page('alert', { ...range, from, newest: true }),
        (alert) => [rowAt(sortOf(alert), isShown(alert) ? alert : undefined)],
      ),
  };
  return pageOf(list, query, deps);
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

/** @throws WEFT-AUDIT-093 for a text that is no instant of our times. */
function instantOf(since: string): Date {
  const instant = new Date(since);
  if (instant.getUTCFullYear() >= 0 && instant.getUTCFullYear() <= 9999) return instant;
  throw userError('WEFT-AUDIT-093', `\`${since}\` is no time`, { hint: 'write ISO 8601, e.g. 2026-03-01T00:00:00Z' });
}
