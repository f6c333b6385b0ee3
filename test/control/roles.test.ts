import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { type Action, may } from '#control/authorize.ts';
import { type Caller, callerOf } from '#control/caller.ts';
import { accountOf, callerAs, TOPOLOGY } from './world.ts';

const TABLE = parse(readFileSync(new URL('../cases/roles/truth-table.yaml', import.meta.url), 'utf8')) as Record<
  Action,
  readonly string[]
>;
const ROLES = ['producer', 'analyst', 'steward'].flatMap((role) =>
  ['sales', 'finance', 'research'].map((domain) => `${domain}/${role}`),
);
const PEOPLE = [...ROLES, 'governance/platform', 'governance/auditor'];
const CALLERS: readonly (readonly [string, Caller])[] = [
  ...PEOPLE.map((name) => [name, callerAs(name)] as const),
  ['a role of sales that is none of the mesh', callerOf(`arn:aws:iam::${accountOf('sales')}:role/other`, TOPOLOGY)],
];

test.each(Object.entries(TABLE))('%s: %s', (action, allowed) => {
  const found = CALLERS.filter(([, caller]) => may(action as Action, caller, { owner: 'sales', consumer: 'finance' }));
  const wanted = allowed.includes('everyone') ? CALLERS.map(([name]) => name) : allowed;
  expect(found.map(([name]) => name).toSorted()).toEqual([...wanted].toSorted());
});

test.each([
  'product.publish',
  'subscription.request',
  'entitlement.grant',
] as const)('whoever may %s in one domain may not in another', (action) => {
  const elsewhere = CALLERS.filter(([, caller]) => may(action, caller, { owner: 'nobody', consumer: 'nobody' }));
  expect(elsewhere).toEqual([]);
});

test('the Lambda that evaluates the audit rules may raise and read alerts, and what everybody may', () => {
  const { mesh, auditAccount } = TOPOLOGY;
  const machine = callerOf(`arn:aws:sts::${auditAccount}:assumed-role/${mesh}-audit-rules/look`, TOPOLOGY);
  const allowed = Object.keys(TABLE).filter((action) =>
    may(action as Action, machine, { owner: 'sales', consumer: 'finance' }),
  );
  const everybody = Object.entries(TABLE).flatMap(([action, who]) => (who.includes('everyone') ? [action] : []));
  expect(allowed.toSorted()).toEqual([...everybody, 'alert.raise', 'alert.read'].toSorted());
  const elsewhere = callerOf(`arn:aws:iam::${accountOf('sales')}:role/${mesh}-audit-rules`, TOPOLOGY);
  expect(may('alert.raise', elsewhere)).toBe(false);
});
