import * as fc from 'fast-check';
import type { PolicyCase } from '#mesh/policy/policy-case.ts';
import { POLICY_ACTIONS } from '#mesh/policy/question.ts';

export const LADDER = ['public', 'internal', 'confidential', 'restricted'];
export const DOMAINS = ['sales', 'finance', 'research', 'wildlife-safety'];

const HEADS = {
  principal: [
    'principal',
    'principal in Weft::Role::"analyst"',
    'principal in Weft::Domain::"finance"',
    'principal is Weft::Principal in Weft::Role::"steward"',
    'principal == Weft::Principal::"arn:aws:sts::000000000000:assumed-role/finance-analyst/case"',
  ],
  action: [
    'action',
    'action == Weft::Action::"subscribe"',
    'action in Weft::Action::"access"',
    'action in [Weft::Action::"publish", Weft::Action::"export"]',
    'action in Weft::Action::"publishing"',
  ],
  resource: [
    'resource',
    'resource is Weft::Product',
    'resource in Weft::Domain::"sales"',
    'resource == Weft::Product::"sales/orders"',
    'resource is Weft::Product in Weft::Domain::"finance"',
  ],
};

/** Conditions, some of which read what is not always there: those cannot be evaluated then. */
const ATOMS = [
  'true',
  'false',
  'resource.level > 1',
  'resource.state == "deprecated"',
  'resource.tags.contains("public")',
  'resource.personal.isEmpty()',
  'resource.name like "tmp-*"',
  'resource has retention && resource.retention == "5 y"',
  'resource.retention == "5 y"',
  'context.level == 0',
  'context.purpose.stated',
  'context.purpose == Weft::Purpose::"to know"',
  'context.top',
  'context.expiresAt > context.now',
  'context has expiresAt',
  'context.columns.contains(Weft::Column::"sales/orders/orders.amount")',
  'context.wholeAccount',
  'context.subscriptions > 1',
  'principal has application && principal.application.state == "approved"',
  'principal.application.state == "approved"',
  'principal.domain == resource.domain',
  'principal in context.consumer',
  '[Weft::Domain::"finance", Weft::Domain::"sales"].contains(resource.domain)',
  'context.consumer == Weft::Domain::"research"',
];

/** One policy as text, whatever it says. */
function policyText(id: string): fc.Arbitrary<string> {
  const clause = fc.tuple(
    fc.constantFrom('when', 'unless'),
    fc.array(fc.constantFrom(...ATOMS), { minLength: 1, maxLength: 3 }),
    fc.constantFrom(' && ', ' || '),
  );
  return fc
    .record({
      effect: fc.constantFrom('permit', 'permit', 'forbid'),
      principal: fc.constantFrom(...HEADS.principal),
      action: fc.constantFrom(...HEADS.action),
      resource: fc.constantFrom(...HEADS.resource),
      clauses: fc.array(clause, { maxLength: 2 }),
      ask: fc.constantFrom('', '', '@ask("owner") ', '@ask("legal,owner") '),
      mode: fc.constantFrom('', '', '', '@mode("report") '),
    })
    .map(({ effect, principal, action, resource, clauses, ask, mode }) => {
      const conditions = clauses.map(
        ([kind, atoms, by]) => ` ${kind} { ${atoms.map((atom) => `(${atom})`).join(by)} }`,
      );
      const asking = effect === 'forbid' ? ask : '';
      return `@id("${id}") @message("m") ${mode}${asking}${effect} (${principal}, ${action}, ${resource})${conditions.join('')};`;
    });
}

/** The policies of one scope as text. */
export function policyTexts(prefix: string, most: number): fc.Arbitrary<string> {
  return fc
    .tuple(...Array.from({ length: most }, (_, index) => policyText(`${prefix}-${index}`)))
    .chain((texts) => fc.integer({ min: 1, max: most }).map((count) => texts.slice(0, count).join('\n')));
}

/** A question of any kind about any product. */
export const anyCase: fc.Arbitrary<PolicyCase> = fc
  .record({
    action: fc.constantFrom(...POLICY_ACTIONS),
    as: fc
      .tuple(fc.constantFrom(...DOMAINS, 'governance'), fc.constantFrom('producer', 'analyst', 'steward'))
      .map(([domain, role]) =>
        domain === 'governance' ? `governance/${role === 'steward' ? 'platform' : 'auditor'}` : `${domain}/${role}`,
      ),
    application: fc.constantFrom(
      undefined,
      undefined,
      { name: 'ledger', state: 'approved' as const },
      { name: 'shadow', state: 'unknown' as const },
    ),
    product: fc.record({
      domain: fc.constantFrom(...DOMAINS),
      name: fc.constantFrom('orders', 'tmp-orders', 'flights'),
      state: fc.constantFrom('active' as const, 'active' as const, 'deprecated' as const, 'retired' as const),
      description: fc.constantFrom('What customers ordered', ''),
      tags: fc.constantFrom([], ['public'], ['aviation']),
      sla: fc.constantFrom<Record<string, string>[]>({ frequency: '1 d', retention: '5 y' }, { frequency: '1 d' }, {}),
      quarantined: fc.boolean(),
      columns: fc.record({
        id: fc.constant('public key'),
        amount: fc.constantFrom('public', 'internal', 'confidential', 'restricted', 'none', 'internal personal'),
      }),
    }),
    request: fc
      .record({
        consumer: fc.constantFrom(undefined, undefined, ...DOMAINS),
        clearance: fc.constantFrom(...LADDER),
        purpose: fc.constantFrom('to know', '', 'audit'),
        wholeAccount: fc.boolean(),
        expiresAt: fc.constantFrom(undefined, '2026-06-01T00:00:00Z'),
      })
      .map(
        (request) =>
          Object.fromEntries(
            Object.entries(request).filter(([, value]) => value !== undefined),
          ) as PolicyCase['request'] & {},
      ),
    change: fc.record({
      breaking: fc.constantFrom([], ['the column amount goes']),
      rules: fc.constantFrom([], ['classification-lowered'], ['column-added']),
      subscriptions: fc.integer({ min: 0, max: 3 }),
    }),
  })
  .map(({ application, ...rest }) => (application === undefined ? rest : { ...rest, application }));
