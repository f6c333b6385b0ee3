import { acknowledgeAlert, listAlerts } from '#control/alerts.ts';
import { type AlertWish, raiseAlert } from '#control/raise-alert.ts';
import { RESPONSES, SEVERITIES } from '#mesh/audit/rules/rule.ts';
import { numberByName, oneOf, readBody, text, texts } from '../shared/body.ts';
import { okPage, type Routes } from '../shared/route.ts';

/** What audit rules found, and what became of it. */
export const ALERT_ROUTES: Routes = {
  'GET /alerts': async ({ query }, { caller }, deps) => okPage('alerts', await listAlerts(query, caller, deps)),
  'POST /alerts': async ({ body }, request, deps) => {
    const wish = readBody(body, {
      id: text,
      rule: text,
      severity: oneOf(...SEVERITIES),
      response: oneOf(...RESPONSES),
      message: text,
      subject: text,
      principal: text,
      products: texts,
      subscriptions: texts,
      from: text,
      at: text,
      until: text,
      measured: numberByName,
      evidence: texts,
    }) as unknown as AlertWish;
    const { alert, changed } = await raiseAlert(wish, request, deps);
    return { status: changed ? 202 : 200, body: { alert, isNew: changed } };
  },
  'POST /alerts/{id}/acknowledgement': async ({ path, body }, request, deps) => {
    const { reason } = readBody(body, { reason: text }) as { reason: string };
    const { alert, changed } = await acknowledgeAlert(path.id ?? '', reason, request, deps);
    return { status: changed ? 202 : 200, body: { alert } };
  },
};
