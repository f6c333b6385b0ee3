import { readFileSync } from 'node:fs';
import { CEDAR_MODULE } from '#constructs/policy-folder.ts';
import { openCedar } from '#mesh/policy/cedar.ts';
import { createPolicyEngine } from '#mesh/policy/cedar-engine.ts';
import type { PolicyEngine } from '#mesh/policy/engine.ts';
import { productOf, questionOf } from '#mesh/policy/policy-case.ts';
import { POLICY_ACTIONS, type PolicyQuestion } from '#mesh/policy/question.ts';
import { requestOf } from '#mesh/policy/request.ts';
import { atMost, type BenchResult, figure, quantile } from './result.ts';

const LADDER = ['public', 'internal', 'confidential', 'restricted'];
const DOMAINS = 10;
const POLICIES = 200;
const ENTITIES = 1_000;
const ROUNDS = 20_000;
const WHOLE_ROUNDS = 50;

const CONDITIONS = [
  'resource.level > 2 && !context.purpose.stated',
  'resource.tags.contains("closed")',
  'context has expiresAt && context.expiresAt.durationSince(context.now) > duration("4000d")',
  'principal has application && principal.application.state != "approved"',
  'resource.name like "tmp-*"',
];

/** Half of the policies are global; the others are the domains'. One in four is about each action, as in the set that comes with the project. */
function sets() {
  const policy = (scope: string, index: number) => {
    const access = index % 4 !== 0;
    const action = access
      ? `[Weft::Action::"${['subscribe', 'renew', 'share', 'export'][index % 4]}"]`
      : '[Weft::Action::"publish"]';
    const condition = access ? CONDITIONS[index % CONDITIONS.length] : 'resource.owner == ""';
    return `@id("p${index}") @message("m ${scope}") forbid (principal, action in ${action}, resource) when { ${condition} };`;
  };
  const open = '@id("open") @message("open") permit (principal, action, resource);';
  const half = POLICIES / 2;
  const global = [open, ...Array.from({ length: half - 1 }, (_, index) => policy('global', index))].join('\n');
  const domains = Array.from({ length: DOMAINS }, (_, domain) => {
    const text = Array.from({ length: half / DOMAINS }, (_, index) => policy(`domain-${domain}`, index)).join('\n');
    return { scope: `domain-${domain}`, digest: String(domain), files: { a: text } };
  });
  return [{ scope: 'global', digest: 'bench', files: { a: global } }, ...domains];
}

/** How fast decisions are made, with what a decision from everything at once would cost beside it. */
export async function run(): Promise<BenchResult[]> {
  const cedar = openCedar(() => readFileSync(CEDAR_MODULE));
  const options = { cedar, sets: sets(), ladder: LADDER };
  const questions = Array.from({ length: 60 }, (_, index) =>
    questionOf(
      {
        action: POLICY_ACTIONS[index % POLICY_ACTIONS.length] ?? 'subscribe',
        as: `domain-${index % DOMAINS}/analyst`,
        product: {
          domain: `domain-${(index * 7) % DOMAINS}`,
          name: `product-${index}`,
          columns: Object.fromEntries(
            Array.from({ length: 12 }, (_, column) => [`c${column}`, LADDER[column % 3] ?? '']),
          ),
        },
      },
      LADDER,
    ),
  );
  const mesh = Array.from({ length: ENTITIES / 4 }, (_, index) => {
    const product = productOf({ domain: `domain-${index % DOMAINS}`, name: `other-${index}` }, LADDER);
    const request = { consumer: 'domain-1', purpose: `purpose ${index}`, scope: { clearance: 'public' } };
    const question: PolicyQuestion = {
      action: 'subscribe',
      principal: { arn: `arn:${index}` },
      now: '2026-01-01T00:00:00Z',
      product,
      request,
    };
    const column = { uid: { type: 'Weft::Column', id: `c${index}` }, attrs: {}, parents: [] };
    return [...requestOf(question, LADDER).entities, column];
  }).flat();
  const samples = measure(createPolicyEngine({ ...options, name: 'bench' }), questions, ROUNDS);
  const whole = measure(
    createPolicyEngine({ ...options, name: 'bench whole', unsliced: mesh }),
    questions,
    WHOLE_ROUNDS,
  );
  const mean = (times: readonly number[]) => times.reduce((sum, time) => sum + time, 0) / times.length;
  // The best of ten parts: another process of this machine takes its time from some of them.
  const part = samples.length / 10;
  const parts = Array.from({ length: 10 }, (_, index) => samples.slice(index * part, (index + 1) * part));
  const rate = 1000 / Math.min(...parts.map(mean));
  const what = `with ${POLICIES} policies and ${ENTITIES} entities in the mesh`;
  return [
    { name: `decisions ${what}`, value: Math.round(rate), unit: '/s', target: '≥ 5000', ok: rate >= 5000 },
    atMost(`one decision ${what}: p99`, quantile(samples, 0.99), 1, 'ms'),
    figure('one decision from every policy and entity: median', quantile(whole, 0.5), 'ms'),
    atMost('a decision from its slice, as a part of that', mean(samples) / mean(whole), 0.2, 'of it'),
  ];
}

function measure(engine: PolicyEngine, questions: readonly PolicyQuestion[], rounds: number): number[] {
  for (const question of questions) engine.decide(question);
  return Array.from({ length: rounds }, (_, round) => {
    const question = questions[round % questions.length] as PolicyQuestion;
    const start = performance.now();
    engine.decide(question);
    return performance.now() - start;
  });
}
