import type { Problem } from '../error.ts';
import type { Cedar } from './cedar.ts';
import { createPolicyEngine, NO_PERMIT } from './cedar-engine.ts';
import { type PolicyCase, questionOf } from './policy-case.ts';
import { GLOBAL_SCOPE, type PolicySets } from './policy-sets.ts';
import type { PolicyRule } from './rule.ts';

/** How many requests are tried on each permit of a domain. */
const TRIES = 600;

const ROLES = ['producer', 'analyst', 'steward'];
const STATES = ['active', 'active', 'active', 'deprecated', 'retired'] as const;

/**
 * The permits of domains that a global policy refuses whenever they hold (`WEFT-POLICY-035`): they will never count, so whoever wrote them believes
 * something that is not so. Found by trying requests made of the words that the permit itself uses; the tries are the same every time.
 */
export function contradictions(
  sets: PolicySets,
  rules: readonly PolicyRule[],
  { cedar, ladder }: { readonly cedar: Cedar; readonly ladder: readonly string[] },
): Problem[] {
  const permits = rules.filter((rule) => rule.scope !== GLOBAL_SCOPE && rule.effect === 'permit' && !rule.reportOnly);
  if (permits.length === 0) return [];
  const global = createPolicyEngine({
    cedar,
    ladder,
    sets: sets.filter(({ scope }) => scope === GLOBAL_SCOPE),
    name: 'check global',
  });
  return permits.flatMap((rule): Problem[] => {
    const alone = { scope: rule.scope, digest: rule.id, files: { [rule.place.file]: rule.text } };
    const engine = createPolicyEngine({ cedar, ladder, sets: [alone], name: `check ${rule.id}` });
    const refusing = new Map<string, string>();
    let held = 0;
    for (const probe of probes(rule, ladder)) {
      const question = questionOf(probe, ladder);
      if (engine.decide(question).effect !== 'allow') continue;
      held += 1;
      const { effect, policies } = global.decide(question);
      const refusals = policies.filter(({ id }) => effect === 'deny' && id !== NO_PERMIT);
      if (refusals.length === 0) return [];
      for (const { id, message } of refusals) refusing.set(id, message);
    }
    if (held === 0) return [];
    const ids = [...refusing.keys()].map((id) => `\`${id}\``).join(', ');
    return [
      {
        ...rule.place,
        code: 'WEFT-POLICY-035',
        severity: 'warning',
        message: `\`${rule.id}\` permits what ${ids} ${refusing.size === 1 ? 'refuses' : 'refuse'}: it will never count`,
        fix: `a global forbid wins: ${[...refusing.values()][0] ?? ''}`,
      },
    ];
  });
}

function probes(rule: PolicyRule, ladder: readonly string[]): PolicyCase[] {
  const words = literals(rule.json);
  const of = (type: string) => words.filter((word) => word.type === type).map(({ id }) => id);
  const texts = of('');
  const products = of('Weft::Product').map((id) => id.split('/')[1] ?? '');
  const domains = [rule.scope, 'another-domain', ...of('Weft::Domain')];
  const purposes = ['', 'to know', ...of('Weft::Purpose')];
  const names = ['orders', ...products, ...texts.filter((text) => /^[a-z][a-z0-9-]*$/.test(text))];
  const pick = picker(rule.id);
  return rule.actions.flatMap((action) =>
    Array.from({ length: TRIES / rule.actions.length }, (): PolicyCase => {
      const level = pick(ladder);
      const tags = pick([true, false]) ? texts : [];
      const application = pick([
        undefined,
        undefined,
        ...['approved', 'suspended'].map((state) => ({
          name: pick(['app', ...of('Weft::Application')]),
          state: state as 'approved',
        })),
      ]);
      return {
        action,
        as: `${pick(domains)}/${pick(ROLES)}`,
        ...(application === undefined ? {} : { application }),
        product: {
          domain: rule.scope,
          name: pick(names),
          state: pick(STATES),
          tags,
          quarantined: pick([true, false]),
          columns: {
            id: `${ladder[0]} key`,
            amount: `${level} ${pick(['', 'personal'])}`,
            ...Object.fromEntries(columnsNamed(of('Weft::Column'), level)),
          },
        },
        request: {
          clearance: level,
          purpose: pick(purposes),
          wholeAccount: pick([true, false]),
          ...(pick([true, false]) ? { expiresAt: '2026-02-01T00:00:00Z' } : {}),
        },
      };
    }),
  );
}

function columnsNamed(ids: readonly string[], level: string): [string, string][] {
  return ids.map((id) => [id.slice(id.lastIndexOf('.') + 1), level]);
}

/** Every text and every entity that a policy names; texts have no type. */
function literals(value: unknown, found: { type: string; id: string }[] = []): { type: string; id: string }[] {
  if (Array.isArray(value)) for (const member of value) literals(member, found);
  else if (typeof value === 'object' && value !== null) {
    const { type, id, Value: literal } = value as { type?: unknown; id?: unknown; Value?: unknown };
    if (typeof type === 'string' && typeof id === 'string') found.push({ type, id });
    if (typeof literal === 'string') found.push({ type: '', id: literal });
    for (const member of Object.values(value)) literals(member, found);
  }
  return found;
}

/** Picks from lists, the same ones for the same seed. */
function picker(seed: string): <T>(from: readonly T[]) => T {
  let state = [...seed].reduce((sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0, 7);
  return <T>(from: readonly T[]): T => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return from[Math.floor((state / 2 ** 32) * from.length)] as T;
  };
}
