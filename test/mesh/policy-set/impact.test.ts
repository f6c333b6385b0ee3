import { describe, expect, test } from '@jest/globals';
import { createPolicyEngine } from '#mesh/policy/cedar-engine.ts';
import { GLOBAL_SCOPE } from '#mesh/policy/policy-sets.ts';
import { readPolicies } from '#mesh/policy/read-policies.ts';
import { coverageOf } from '#mesh/policy-set/coverage.ts';
import { type ImpactCase, impactOf } from '#mesh/policy-set/impact.ts';
import { AT, column, product, TOPOLOGY, table } from '../fixtures.ts';
import { cedar, setOf } from '../policy/engine.ts';

const ladder = TOPOLOGY.classification;
const PERMIT = '@id("all.permit") @message("all may") permit(principal, action, resource);\n';
const noMarketing = (more = '') =>
  `${PERMIT}@id("no.marketing") @message("not for marketing") @standard("ACME:1/7.1, ACME:1/7.10") ${more}
forbid(principal, action == Weft::Action::"subscribe", resource) when { context.purpose == Weft::Purpose::"marketing" };`;
const engine = (text: string) => createPolicyEngine({ cedar: cedar(), sets: [setOf(GLOBAL_SCOPE, text)], ladder });

const PRODUCT = product([table('t', [column('id', 'int', 'public')])]);
const subscription = (subject: string, purpose: string): ImpactCase => ({
  subject,
  question: {
    action: 'subscribe',
    product: PRODUCT,
    principal: { arn: 'arn:aws:iam::333333333333:role/toy-finance-analyst', domain: 'finance', kind: 'analyst' },
    now: AT,
    request: { consumer: 'finance', scope: { clearance: 'public' }, purpose },
  },
});
const CASES = [subscription('a', 'marketing'), subscription('b', 'research')];
const ROW = { subject: 'a', action: 'subscribe', policy: 'global/no.marketing', message: 'not for marketing' };

describe('the impact', () => {
  test('of the policies in force is what those on trial would refuse', () => {
    const inForce = engine(noMarketing('@mode("report")'));
    expect(impactOf(CASES, { inForce, looked: inForce })).toEqual([
      { ...ROW, now: 'allow', would: 'deny', mode: 'report' },
    ]);
    const enforcing = engine(noMarketing());
    expect(impactOf(CASES, { inForce: enforcing, looked: enforcing })).toEqual([]);
  });

  test('of a proposed set is what it decides otherwise, stricter or not', () => {
    const [loose, strict] = [engine(PERMIT), engine(noMarketing())];
    expect(impactOf(CASES, { inForce: loose, looked: strict })).toEqual([
      { ...ROW, now: 'allow', would: 'deny', mode: 'enforced' },
    ]);
    expect(impactOf(CASES, { inForce: strict, looked: loose })).toEqual([
      { ...ROW, now: 'deny', would: 'allow', mode: 'enforced' },
    ]);
  });

  test('of switching a policy from trial to enforcing is what it reported', () => {
    const [trial, enforced] = [engine(noMarketing('@mode("report")')), engine(noMarketing())];
    const reported = impactOf(CASES, { inForce: trial, looked: trial });
    const switched = impactOf(CASES, { inForce: trial, looked: enforced });
    const essence = (rows: typeof switched) => rows.map(({ mode: _, ...row }) => row);
    expect(essence(switched)).toEqual(essence(reported));
  });

  test('of another question to the owner names what asks anew', () => {
    const asking = engine(noMarketing('@ask("owner")'));
    const both = `${noMarketing('@ask("owner")')}\n@id("no.weekend") @message("ask legal") @ask("legal") forbid(principal, action, resource);`;
    expect(impactOf(CASES, { inForce: asking, looked: engine(both) })).toMatchObject([
      { subject: 'a', now: 'ask', would: 'ask', policy: 'global/no.weekend' },
      { subject: 'b', now: 'allow', would: 'ask', policy: 'global/no.weekend' },
    ]);
  });
});

describe('the coverage of standards', () => {
  const covered = (text: string, cases: Parameters<typeof coverageOf>[1]) =>
    coverageOf(readPolicies(setOf(GLOBAL_SCOPE, text), cedar()).rules, cases).map(({ control, held }) => [
      control,
      held,
    ]);
  const cases = [{ name: 'no marketing', policies: ['global/no.marketing'] }];

  test('says which controls are enforced and tested, in the order of the standard', () => {
    expect(covered(noMarketing(), cases)).toEqual([
      ['7.1', 'tested'],
      ['7.10', 'tested'],
    ]);
  });

  test('tells a policy without a case, and one on trial, from one that counts', () => {
    expect(covered(noMarketing(), [])[0]).toEqual(['7.1', 'enforced']);
    expect(covered(noMarketing('@mode("report")'), cases)[0]).toEqual(['7.1', 'report']);
    expect(covered(PERMIT, cases)).toEqual([]);
  });
});
