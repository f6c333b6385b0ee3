import { expect, test } from '@jest/globals';
import { captureOf } from '#mesh/audit/rules/capture.ts';
import { parseAuditRules } from '#mesh/audit/rules/parse.ts';

const parsed = parseAuditRules(`
rules:
  - { id: one, message: m, looksAt: reads, raise: { within: 1m, queries: 1 } }
capture:
  - { products: ['hr/salaries'], sql: text }
  - { products: ['hr/*'], sql: none }
  - { products: ['sales/*'], sql: hash }
`);
const rules = parsed.ok ? parsed.value : { capture: [] };

test.each([
  ['a product that no rule names', ['flights/flights'], 'text'],
  ['a product whose text is not kept', ['hr/people'], 'none'],
  ['a product whose hash is kept', ['sales/orders'], 'hash'],
  ['the first rule that names it', ['hr/salaries'], 'text'],
  ['the fullest of several', ['hr/people', 'sales/orders'], 'hash'],
  ['a product that no rule names beside one that is limited', ['flights/flights', 'hr/people'], 'none'],
  ['a join that would hide what must be kept', ['hr/salaries', 'hr/people'], 'text'],
  ['nothing that is known', [], 'text'],
])('%s counts', (_what, products, expected) => {
  expect(captureOf(rules, products)).toBe(expected);
});
