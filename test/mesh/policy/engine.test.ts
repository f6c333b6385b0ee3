import { describe, expect, test } from '@jest/globals';
import { createPolicyEngine } from '#mesh/policy/cedar-engine.ts';
import { type PolicyCase, questionOf } from '#mesh/policy/policy-case.ts';
import { cedar, setOf } from './engine.ts';

const LADDER = ['public', 'internal', 'confidential', 'restricted'];
const OPEN = '@id("open") @message("open to all") permit (principal, action, resource);\n';

let made = 0;
/** What global policies, and those of the domain that owns the product, decide about a case. */
function decide(global: string, given: Partial<PolicyCase> = {}, domains: Readonly<Record<string, string>> = {}) {
  made += 1;
  const sets = [setOf('global', global), ...Object.entries(domains).map(([name, text]) => setOf(name, text))];
  const engine = createPolicyEngine({ cedar: cedar(), sets, ladder: LADDER, name: `engine test ${made}` });
  return engine.decide(questionOf({ action: 'subscribe', as: 'finance/analyst', ...given }, LADDER));
}

const ids = ({ policies }: { policies: readonly { id: string }[] }) => policies.map(({ id }) => id);

describe('a decision', () => {
  test('needs a permit', () => {
    expect(decide('')).toMatchObject({ effect: 'deny', policies: [{ id: 'weft/no-permit' }] });
    expect(decide(OPEN)).toMatchObject({ effect: 'allow', policies: [{ id: 'global/open', message: 'open to all' }] });
  });

  test('is refused by any forbid, with the ids of all that refuse and of no other', () => {
    const forbids = ['a', 'b']
      .map((id) => `@id("${id}") @message("no") forbid (principal, action, resource);`)
      .join('\n');
    const asking = '@id("c") @message("ask") @ask("owner") forbid (principal, action, resource);';
    const decision = decide(`${OPEN}${forbids}\n${asking}`);
    expect([decision.effect, ids(decision), decision.approvers]).toEqual(['deny', ['global/a', 'global/b'], undefined]);
  });

  test('asks each class of approvers once, and only where a permit holds', () => {
    const asking =
      '@id("one") @message("m") @ask("owner") forbid (principal, action, resource);\n@id("two") @message("m") @ask("owner, legal") forbid (principal, action, resource);';
    const asked = decide(`${OPEN}${asking}`);
    expect([asked.effect, ids(asked), asked.approvers]).toEqual([
      'ask',
      ['global/one', 'global/two'],
      ['owner', 'legal'],
    ]);
    expect(decide(asking)).toMatchObject({ effect: 'deny', policies: [{ id: 'weft/no-permit' }] });
  });

  test('is not touched by policies in report-only mode, which say what they would have said', () => {
    const trial = [
      '@id("hard") @message("m {context.level}") @mode("report") forbid (principal, action, resource);',
      '@id("asks") @message("m") @ask("legal") @mode("report") forbid (principal, action, resource);',
      '@id("opens") @message("m") @mode("report") permit (principal, action, resource);',
    ].join('\n');
    const decision = decide(`${OPEN}${trial}`);
    expect([decision.effect, ids(decision)]).toEqual(['allow', ['global/open']]);
    expect(decision.reports).toEqual([
      { id: 'global/hard', message: 'm 0', would: 'deny' },
      { id: 'global/asks', message: 'm', would: 'ask' },
    ]);
    expect(decide('@id("opens") @message("m") @mode("report") permit (principal, action, resource);')).toMatchObject({
      effect: 'deny',
      policies: [{ id: 'weft/no-permit' }],
      reports: [{ id: 'global/opens', would: 'allow' }],
    });
  });

  test('is refused by a forbid that cannot be evaluated, and not granted by a permit that cannot', () => {
    const broken = (effect: string, more = '') =>
      `@id("broken") @message("no end") ${more} ${effect} (principal, action, resource) when { context.expiresAt < datetime("2030-01-01") };`;
    const refused = decide(`${OPEN}${broken('forbid')}`);
    expect([refused.effect, ids(refused)]).toEqual(['deny', ['global/broken']]);
    expect(refused.policies[0]?.message).toBe('the policy could not be evaluated, so it refuses: no end');
    expect(decide(`${OPEN}${broken('forbid', '@ask("owner")')}`).effect).toBe('deny');
    expect(decide(broken('permit'))).toMatchObject({ effect: 'deny', policies: [{ id: 'weft/no-permit' }] });
    expect(decide(`${OPEN}${broken('forbid', '@mode("report")')}`).effect).toBe('allow');
  });

  test("a domain's policies hold for its own products only", () => {
    const closed = { sales: '@id("closed") @message("no") forbid (principal, action, resource);' };
    expect(ids(decide(OPEN, {}, closed))).toEqual(['sales/closed']);
    expect(decide(OPEN, { product: { domain: 'finance' } }, closed).effect).toBe('allow');
    const opened = { sales: '@id("mine") @message("yes") permit (principal, action, resource);' };
    expect(ids(decide('', {}, opened))).toEqual(['sales/mine']);
    expect(decide('', { product: { domain: 'finance' } }, opened).effect).toBe('deny');
  });

  test('names the versions of the sets that it comes from', () => {
    const domains = { sales: '@id("a") @message("m") permit (principal, action, resource);' };
    expect(decide(OPEN, {}, domains).version).toMatch(/^global@test-\d+\+sales@test-\d+$/);
    expect(decide(OPEN, { product: { domain: 'finance' } }, domains).version).toMatch(/^global@test-\d+$/);
  });

  test('a set that is not well formed makes no engine, and all that is wrong is said', () => {
    expect(() =>
      decide('permit (principal, action, resource);\n@id("x") @message("m") forbid (principal action);'),
    ).toThrow(
      expect.objectContaining({
        code: 'WEFT-POLICY-011',
        problems: expect.arrayContaining([
          expect.objectContaining({ code: 'WEFT-POLICY-021', line: 1, column: 1 }),
          expect.objectContaining({ code: 'WEFT-POLICY-020', line: 2 }),
        ]),
      }),
    );
  });
});
