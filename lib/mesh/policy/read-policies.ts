import type { Problem } from '../error.ts';
import type { Cedar, PolicyJson } from './cedar.ts';
import { actionsOf, attributesIn, lookedInto } from './expressions.ts';
import { placeholders } from './placeholders.ts';
import { GLOBAL_SCOPE, type PolicySet } from './policy-sets.ts';
import type { PolicyRule } from './rule.ts';
import { type PolicyText, placeAt, splitPolicies } from './split.ts';

const ID = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/;
const CLASS = /^[a-z][a-z0-9-]*$/;

type Report = (number: number, message: string, fix: string, at?: number) => void;

/**
 * The policies of a set, and every problem that stands in the way of one: `WEFT-POLICY-020` for what Cedar cannot parse, -021 to -026 for what
 * the mesh asks of a policy besides. A policy with a problem is left out.
 */
export function readPolicies(set: PolicySet, cedar: Cedar): ReadPolicies {
  const known = read.get(set);
  if (known !== undefined) return known;
  const result = readAnew(set, cedar);
  read.set(set, result);
  return result;
}

interface ReadPolicies {
  readonly rules: readonly PolicyRule[];
  readonly problems: readonly Problem[];
}

/** A set never changes, so it is parsed once. */
const read = new WeakMap<PolicySet, ReadPolicies>();

function readAnew(set: PolicySet, cedar: Cedar): ReadPolicies {
  const rules: PolicyRule[] = [];
  const problems: Problem[] = [];
  const places = new Map<string, string>();
  for (const [file, text] of Object.entries(set.files).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    for (const policy of splitPolicies(text)) {
      const before = problems.length;
      const report: Report = (number, message, fix, at = 0) => {
        const code = `WEFT-POLICY-${String(number).padStart(3, '0')}`;
        problems.push({ code, severity: 'error', file, ...placeAt(text, policy.start + at), message, fix });
      };
      const parsed = cedar.policyToJson(policy.text);
      if (parsed.type === 'failure') {
        for (const error of parsed.errors) {
          const [source] = error.sourceLocations ?? [];
          const fix = source?.label ?? error.help ?? 'see the grammar of Cedar; each policy ends with a semicolon';
          report(
            20,
            error.message.replace(/^failed to parse policy from string: /, ''),
            fix,
            inUnits(policy.text, source?.start ?? 0),
          );
        }
        continue;
      }
      const place = { file, ...placeAt(text, policy.start) };
      const rule = ruleOf(parsed.json, policy, set.scope, place, report);
      const former = places.get(rule.id);
      if (former !== undefined)
        report(22, `the policy \`${rule.id}\` stands twice, first at ${former}`, 'give one of them another @id');
      places.set(rule.id, `${place.file}:${place.line}`);
      if (problems.length === before) rules.push(rule);
    }
  }
  return { rules, problems };
}

function ruleOf(
  json: PolicyJson,
  policy: PolicyText,
  scope: string,
  place: PolicyRule['place'],
  report: Report,
): PolicyRule {
  const { id, message, ask, mode, standard } = (json.annotations ?? {}) as Readonly<
    Record<string, string | null | undefined>
  >;
  if (typeof id !== 'string' || !ID.test(id)) {
    report(
      21,
      `a policy has ${id === undefined ? 'no @id' : `the @id ${JSON.stringify(id)}`}`,
      'name it in lower-case words, e.g. @id("publish.owner")',
    );
  }
  if (typeof message !== 'string' || message.trim() === '') {
    report(
      23,
      `the policy \`${id ?? ''}\` has no @message`,
      'say in one sentence what it wants, e.g. @message("the product needs an owner")',
    );
  }
  if (mode !== undefined && mode !== 'report' && mode !== 'enforce') {
    report(
      24,
      `the mode ${JSON.stringify(mode)} is unknown`,
      'write @mode("report") to show only what it would say, or leave it out',
    );
  }
  const classes = ask?.split(',').map((name) => name.trim());
  if (
    ask !== undefined &&
    (json.effect !== 'forbid' || classes === undefined || !classes.every((name) => CLASS.test(name)))
  ) {
    report(
      25,
      `@ask(${JSON.stringify(ask)}) on a ${json.effect} names no approvers`,
      'a forbid asks, e.g. with @ask("owner") or @ask("owner,legal")',
    );
  }
  for (const entity of new Set(lookedInto(json.conditions))) {
    report(
      26,
      `the policy \`${id ?? ''}\` looks into ${entity}`,
      'speak of the principal, the resource and the context; an entity by name may only be compared with',
    );
  }
  return {
    id: `${scope}/${id ?? ''}`,
    scope,
    effect: json.effect,
    message: message ?? '',
    ...(classes === undefined ? {} : { ask: classes }),
    reportOnly: mode === 'report',
    standards: (standard ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    actions: actionsOf(json),
    reads: attributesIn(
      json.conditions,
      new Set(placeholders(message ?? '').map(({ on, attribute }) => `${on}.${attribute}`)),
    ),
    json: scope === GLOBAL_SCOPE ? json : within(json, scope),
    text: policy.text,
    place,
  };
}

/** The same policy for the products of one domain only, whatever else it says. */
function within(json: PolicyJson, domain: string): PolicyJson {
  const right = { Value: { __entity: { type: 'Weft::Domain', id: domain } } };
  return {
    ...json,
    conditions: [{ kind: 'when', body: { in: { left: { Var: 'resource' }, right } } }, ...json.conditions],
  };
}

/** Cedar counts in bytes of UTF-8. */
function inUnits(text: string, bytes: number): number {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, bytes)).length;
}
