import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { ProductDraft } from '#mesh/contract/parse.ts';
import { type Decision, decidePublish, decideSubscription } from '#mesh/policy/decide.ts';
import type { ProductState } from '#mesh/product/product.ts';
import type { AccessScope } from '#mesh/subscription/subscription.ts';
import { AT, column, product, TOPOLOGY, table } from '../fixtures.ts';

const COLUMNS = [
  column('p', 'int', 'public'),
  column('i', 'int', 'internal'),
  column('c', 'int', 'confidential'),
  column('s', 'int', 'secret'),
];
const PRODUCT = product([table('t', COLUMNS)]);

interface Case {
  readonly name: string;
  readonly state?: ProductState;
  readonly request: AccessScope;
  readonly purpose?: string;
  readonly expiresAt?: string;
  readonly effect: Decision['effect'];
  readonly policies: readonly string[];
}

const cases = parse(readFileSync(new URL('../../cases/policy/cases.yaml', import.meta.url), 'utf8')) as Case[];
const ids = (decision: Decision) => decision.policies.map((policy) => policy.id);

describe('a subscription', () => {
  test.each(cases)('$name', ({ state = 'active', request, purpose = 'to know', expiresAt, effect, policies }) => {
    const asked = { consumer: 'finance', scope: request, purpose, ...(expiresAt === undefined ? {} : { expiresAt }) };
    const decision = decideSubscription({ ...PRODUCT, state }, asked, TOPOLOGY);
    expect([decision.effect, ids(decision)]).toEqual([effect, policies]);
  });

  test('to a product with a quarantined change is for the owner to decide', () => {
    const quarantined = product(PRODUCT.tables, { quarantine: { table: 't', at: AT, reasons: ['a column went'] } });
    const asked = { consumer: 'finance', scope: { clearance: 'public' }, purpose: 'to know' };
    const decision = decideSubscription(quarantined, asked, TOPOLOGY);
    expect([decision.effect, ids(decision)]).toEqual(['ask', ['subscribe.quarantined']]);
  });
});

describe('a publication', () => {
  const draft: ProductDraft = { ...PRODUCT, draftState: 'active' };

  test.each<[string, Partial<ProductDraft>, string]>([
    ['without an owner', { owner: '' }, 'publish.owner'],
    ['without a contact', { contact: undefined }, 'publish.owner'],
    ['without a description', { description: '' }, 'publish.description'],
    ['with an unclassified column', { tables: [table('t', [column('x')])] }, 'publish.classification'],
    [
      'with an unclassified partition key',
      { tables: [table('t', COLUMNS, { partitionKeys: [column('k')] })] },
      'publish.classification',
    ],
  ])('%s is denied', (_, change, policy) => {
    const decision = decidePublish({ ...draft, ...change }, TOPOLOGY);
    expect([decision.effect, ids(decision)]).toEqual(['deny', [policy]]);
  });

  test('that is complete is allowed', () => {
    expect(decidePublish(draft, TOPOLOGY).effect).toBe('allow');
  });

  test('may leave the classification of columns to the table', () => {
    const tables = [table('t', [column('x')], { defaultClassification: 'internal' })];
    expect(decidePublish({ ...draft, tables }, TOPOLOGY).effect).toBe('allow');
  });
});
