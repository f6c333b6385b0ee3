import { WeftError } from '../error.ts';
import { productId } from '../product/product.ts';
import type { ClassificationLadder } from '../topology/topology.ts';
import type { Cedar, EntityJson } from './cedar.ts';
import type { Decision, PolicyReport, PolicyVerdict } from './decision.ts';
import type { PolicyEngine } from './engine.ts';
import { isRead } from './expressions.ts';
import { fillIn } from './message.ts';
import { GLOBAL_SCOPE, type PolicySets } from './policy-sets.ts';
import type { PolicyAction, PolicyQuestion } from './question.ts';
import { readPolicies } from './read-policies.ts';
import { type CedarRequest, requestOf } from './request.ts';
import type { PolicyRule } from './rule.ts';

export interface CedarEngineOptions {
  readonly cedar: Cedar;
  readonly sets: PolicySets;
  readonly ladder: ClassificationLadder;
  /** Under which Cedar keeps the parsed sets; a second engine of the same name takes the place of the first. Default: the sets' digests. */
  readonly name?: string;
  /** Every policy of every scope and these entities besides are given to each decision, instead of those that can matter: to compare with. */
  readonly unsliced?: readonly EntityJson[];
}

interface Slice {
  readonly id: string;
  readonly rules: ReadonlyMap<string, PolicyRule>;
  readonly reads: ReadonlySet<string>;
  readonly version: string;
}

/**
 * The policies in force as an engine (ADR 0004). Sets are parsed when it is made, and handed to Cedar by the slices that questions need.
 * @throws WEFT-POLICY-011 with every problem when a set is not well formed.
 */
export function createPolicyEngine(options: CedarEngineOptions): PolicyEngine {
  const { cedar, sets, ladder, unsliced } = options;
  const rules = sets.flatMap((set) => {
    const { rules: read, problems } = readPolicies(set, cedar);
    if (problems.length > 0) {
      throw new WeftError('WEFT-POLICY-011', `the policies of ${set.scope} are not well formed`, {
        problems,
        hint: 'run `weft policy check`',
      });
    }
    return read;
  });
  const name = options.name ?? sets.map(({ scope, digest }) => `${scope}@${digest}`).join('+');
  const slices = new Map<string, Slice>();

  return {
    decide(question) {
      const slice = sliceFor(question.action, question.product.domain);
      const request = requestOf(question, ladder, unsliced === undefined ? slice.reads : undefined);
      return judge(question, request, slice);
    },
    reads: (action, domain, fact) => isRead(sliceFor(action, domain).reads, 'context', fact),
  };

  function sliceFor(action: PolicyAction, domain: string): Slice {
    const scopes = [GLOBAL_SCOPE, ...(sets.some(({ scope }) => scope === domain) ? [domain] : [])];
    const key = unsliced === undefined ? `${action} ${scopes.join(' ')}` : `all ${scopes.join(' ')}`;
    const known = slices.get(key);
    if (known !== undefined) return known;
    const chosen =
      unsliced === undefined
        ? rules.filter((rule) => scopes.includes(rule.scope) && rule.actions.includes(action))
        : rules;
    const slice: Slice = {
      id: `${name} ${key}`,
      rules: new Map(chosen.map((rule) => [rule.id, rule])),
      reads: new Set(chosen.flatMap((rule) => [...rule.reads])),
      version: sets
        .filter(({ scope }) => scopes.includes(scope))
        .map(({ scope, digest }) => `${scope}@${digest.slice(0, 12)}`)
        .join('+'),
    };
    preparse(slice.id, chosen);
    preparse(
      permitsOf(slice),
      chosen.filter(({ effect }) => effect === 'permit'),
    );
    slices.set(key, slice);
    return slice;
  }

  function preparse(id: string, chosen: readonly PolicyRule[]): void {
    const action = unsliced === undefined ? { action: { op: 'All' as const } } : {};
    const staticPolicies = Object.fromEntries(
      chosen.map((rule) => [rule.id, { ...rule.json, ...action, annotations: {} }]),
    );
    const answer = cedar.preparsePolicySet(id, { staticPolicies });
    if (answer.type === 'failure') throw failure(answer.errors);
  }

  function evaluate(id: string, request: CedarRequest): { reasons: readonly string[]; errors: readonly string[] } {
    const { entities, ...call } = request;
    const all = unsliced === undefined ? entities : withOthers(entities, unsliced);
    const answer = cedar.statefulIsAuthorized({ ...call, entities: all, preparsedPolicySetId: id });
    if (answer.type === 'failure') throw failure(answer.errors);
    const { reason, errors } = answer.response.diagnostics;
    return { reasons: reason, errors: errors.map(({ policyId }) => policyId) };
  }

  function judge(question: PolicyQuestion, request: CedarRequest, slice: Slice): Decision {
    const first = evaluate(slice.id, request);
    const hit = inOrder(first.reasons, slice);
    const failed = inOrder(first.errors, slice);
    const say = (rule: PolicyRule): PolicyVerdict => ({
      id: rule.id,
      message: fillIn(rule.message, question, request, ladder),
    });
    const unread = (rule: PolicyRule): PolicyVerdict => ({
      id: rule.id,
      message: `the policy could not be evaluated, so it refuses: ${rule.message}`,
    });
    const reports: PolicyReport[] = hit
      .filter((rule) => rule.reportOnly)
      .map((rule) => ({
        ...say(rule),
        would: rule.effect === 'permit' ? 'allow' : rule.ask === undefined ? 'deny' : 'ask',
      }));
    const rest = { ...(reports.length === 0 ? {} : { reports }), version: slice.version };
    const counted = hit.filter((rule) => !rule.reportOnly);
    const forbids = counted.filter(({ effect }) => effect === 'forbid');
    const denials = [
      ...forbids.filter(({ ask }) => ask === undefined).map(say),
      ...failed.filter((rule) => rule.effect === 'forbid' && !rule.reportOnly).map(unread),
    ];
    if (denials.length > 0) return { effect: 'deny', policies: denials, ...rest };
    const permits = hit.some(({ effect }) => effect === 'forbid')
      ? inOrder(evaluate(permitsOf(slice), request).reasons, slice).filter((rule) => !rule.reportOnly)
      : counted;
    if (permits.length === 0) return { effect: 'deny', policies: [noPermit(question)], ...rest };
    if (forbids.length === 0) return { effect: 'allow', policies: permits.map(say), ...rest };
    const approvers = [...new Set(forbids.flatMap(({ ask = [] }) => ask))];
    return { effect: 'ask', policies: forbids.map(say), approvers, ...rest };
  }
}

/** Where Cedar keeps the permits of a slice; no name of a scope has a bracket, so it is never another slice's. */
function permitsOf({ id }: Slice): string {
  return `${id} (permits)`;
}

/** The id that stands for the want of a permit. */
export const NO_PERMIT = 'weft/no-permit';

function noPermit({ principal, action, product }: PolicyQuestion): PolicyVerdict {
  return { id: NO_PERMIT, message: `no policy lets ${principal.arn} ${action} ${productId(product)}` };
}

function inOrder(ids: readonly string[], slice: Slice): PolicyRule[] {
  if (ids.length === 0) return [];
  return [...slice.rules.values()].filter(({ id }) => ids.includes(id));
}

function withOthers(own: readonly EntityJson[], others: readonly EntityJson[]): EntityJson[] {
  const key = ({ uid }: EntityJson) => JSON.stringify(uid);
  const known = new Set(own.map(key));
  return [...own, ...others.filter((other) => !known.has(key(other)))];
}

function failure(errors: readonly { message: string }[]): WeftError {
  return new WeftError('WEFT-POLICY-012', `Cedar cannot decide: ${errors.map(({ message }) => message).join('; ')}`);
}
