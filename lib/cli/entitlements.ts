import type { EntitlementPlan } from '#control/entitlement/grant.ts';
import type { Reached } from '#control/entitlement/progress.ts';
import type { EntitlementRecord, Grantee } from '#mesh/entitlement/entitlement.ts';
import type { TagGrant } from '#mesh/entitlement/tag-grants.ts';
import { userError } from '#mesh/error.ts';
import { type Invocation, textOption } from './command.ts';
import type { Connection } from './connection.ts';
import { type Io, tone } from './io.ts';
import { everyPage } from './pages.ts';
import { renderTable } from './table.ts';
import { dayText } from './time-text.ts';
import { poll } from './wait.ts';

export interface EntitlementAnswer {
  readonly entitlement: EntitlementRecord;
  readonly products: readonly Reached[];
}

/** The body of a grant or a plan from the options. @throws WeftError `WEFT-CLI-070` for an option that is missing. */
export function entitlementBody(invocation: Invocation): Record<string, unknown> {
  const need = (name: string, hint: string): string => {
    const value = textOption(invocation, name)?.trim() ?? '';
    if (value === '')
      throw userError('WEFT-CLI-070', `the entitlement has no ${name}`, { hint: `add --${name} ${hint}` });
    return value;
  };
  return {
    domain: textOption(invocation, 'domain'),
    to: need('to', '<domain, or ARN of the organization or a unit>'),
    classification: need('clearance', '<level>'),
    purpose: need('purpose', '"what the data is for"'),
    principals: textOption(invocation, 'principals')?.split(','),
    expiresAt: textOption(invocation, 'until'),
  };
}

/** The id of an entitlement as a part of a path of the API. @throws WeftError `WEFT-CLI-071` when no id looks like that. */
export function entitlementId(text: string): string {
  if (/^[a-z0-9-]+\.[a-z0-9]+$/.test(text)) return text;
  throw userError('WEFT-CLI-071', `${JSON.stringify(text)} is not the id of an entitlement`, {
    hint: 'weft entitlement list shows them',
  });
}

/** A plan for people: which way and why, what comes and goes, and what is shown of each product. */
export function renderEntitlementPlan(io: Io, plan: EntitlementPlan): string {
  const { quota } = plan;
  const share = (count: number) => `${count} of ${quota.limit}`;
  return [
    `${tone(io, 'strong', plan.way === 'tags' ? 'by LF-Tags' : 'by names')}: ${plan.because}`,
    `grants across accounts, by what the products last reported: ${share(quota.before)} before, ${share(quota.after)} after`,
    ...plan.tagGrants.map(({ kind, grant }) => `  ${kind === 'grant' ? '+' : '-'} ${tagGrantText(grant)}`),
    `for ${plan.consumers.join(', ')}: ${plan.products.length === 0 ? 'no products yet' : ''}`.trimEnd(),
    ...plan.products.map(({ product, major, tables }) => {
      const shown = Object.entries(tables).map(
        ([table, columns]) => `${table} ${columns.shown} of ${columns.of} columns`,
      );
      return `  ${product} v${major}: ${shown.length === 0 ? 'nothing' : shown.join(', ')}`;
    }),
    '',
  ].join('\n');
}

function tagGrantText({ principal, on, expression }: TagGrant): string {
  const conditions = expression.map(({ key, values }) => `${key} in (${values.join(', ')})`);
  const what = on === 'DATABASE' ? 'DESCRIBE on databases' : 'DESCRIBE, SELECT on columns';
  return `${what} with ${conditions.join(' and ')} to ${principal}`;
}

/** Entitlements as a table for people. */
export function entitlementTable(io: Io, entitlements: readonly EntitlementRecord[]): string {
  return renderTable(
    entitlements,
    [
      { title: 'entitlement', value: (entry) => entry.id, whole: true },
      { title: 'state', value: (entry) => entry.state, whole: true },
      {
        title: 'over',
        value: ({ selector }) => `${selector.domain ?? 'every domain'} up to ${selector.classification}`,
      },
      { title: 'for', value: ({ grantee }) => granteeText(grantee) },
      { title: 'way', value: (entry) => entry.way, whole: true },
      { title: 'until', value: (entry) => (entry.expiresAt === undefined ? '' : dayText(entry.expiresAt)) },
      { title: 'purpose', value: (entry) => entry.purpose },
    ],
    io.columns,
  );
}

function granteeText(grantee: Grantee): string {
  return grantee.kind === 'account' ? grantee.domain : (grantee.arn.split(':').at(-1) ?? grantee.arn);
}

/** Waits until every product and every consumer was read back as the entitlement says. @throws WeftError `WEFT-CLI-013` */
export function waitForEntitlement(connection: Connection, id: string): Promise<EntitlementAnswer> {
  return poll(
    () => everyPage<EntitlementAnswer>(connection, `/entitlements/${id}`),
    (answer) => {
      const { state } = answer.entitlement;
      if (state === 'approved') return undefined;
      return answer.products.some((reached) => reached.state === 'pending') ? undefined : answer;
    },
    id,
  );
}

/** What was read back, one line for each product and consumer. */
export function reachedLines(io: Io, products: readonly Reached[]): string[] {
  return products.map(({ product, major, consumer, state, error }) => {
    const word = tone(io, state === 'failed' ? 'bad' : 'good', state);
    return `${consumer}: ${product} v${major} ${word}${error === undefined ? '' : `: ${error}`}`;
  });
}
