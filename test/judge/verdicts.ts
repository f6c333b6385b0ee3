import { runSimulation } from '@cloud-copilot/iam-simulate';
import { withApiId } from './api-id.ts';
import type { Keys } from './circumstances.ts';
import { resourceClass, resourcePatterns } from './resource-class.ts';

/** One thing that IAM is asked, with every policy that has a say in it, as JSON text. */
export interface Question {
  /** A role's session, or a service principal. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** Whose resource it is, as far as IAM compares accounts. */
  readonly owner: string;
  readonly keys: Keys;
  readonly identity: readonly string[];
  readonly resourcePolicy?: string;
}

/** `Allowed`, or on which side it is not, and how. */
export interface Verdict {
  readonly result: string;
  /** Sides that lack an Allow. */
  readonly lacks: readonly ('identity' | 'resource')[];
  /** Sides that deny. */
  readonly denies: readonly ('identity' | 'resource')[];
}

const ALLOWED: Verdict = { result: 'Allowed', lacks: [], denies: [] };

/** Answers of the simulator, each question once: what no policy can tell apart is one question. */
export class Verdicts {
  readonly #known = new Map<string, Promise<Verdict>>();
  readonly #documents = new Map<string, { readonly id: number; readonly document: unknown }>();
  readonly #sets = new Map<string, { readonly patterns: readonly string[]; readonly text: string }>();

  /** Simulations that really ran. */
  get simulated(): number {
    return this.#known.size;
  }

  of(question: Question): Promise<Verdict> {
    const { action, resource, owner, identity, resourcePolicy } = question;
    const texts = [...identity, ...(resourcePolicy === undefined ? [] : [resourcePolicy])];
    const ids = texts.map((text) => this.#document(text).id).join();
    const set = this.#set(ids, texts);
    const keys = Object.fromEntries(
      Object.entries(question.keys).filter(([name]) => set.text.includes(name.toLowerCase())),
    );
    const seen = resourceClass(resource, set.patterns);
    const key = JSON.stringify([
      // The session's name is of no account where no policy asks for it.
      question.principal.replace(/\/[^/]*$/, ''),
      action,
      seen === undefined ? resource : [kindOf(resource), seen],
      owner,
      keys,
      ids,
      identity.length,
    ]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const answer = this.#simulate({ ...question, keys });
    this.#known.set(key, answer);
    return answer;
  }

  async #simulate({ principal, action, resource, owner, keys, identity, resourcePolicy }: Question): Promise<Verdict> {
    const answer = await runSimulation(
      {
        request: { principal, action, resource: { resource, accountId: owner }, contextVariables: { ...keys } },
        identityPolicies: identity.map((text, index) => ({
          name: String(index),
          policy: forSimulator(this.#document(text).document, text, action, resource),
        })),
        ...(resourcePolicy === undefined
          ? {}
          : {
              resourcePolicy: forSimulator(this.#document(resourcePolicy).document, resourcePolicy, action, resource),
            }),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    );
    if (answer.resultType === 'error') {
      return { result: `error: ${JSON.stringify(answer.errors)}`, lacks: ['identity'], denies: [] };
    }
    if (answer.overallResult === 'Allowed') return ALLOWED;
    const analysis = answer.resultType === 'single' ? answer.result.analysis : undefined;
    const ofIdentity = analysis?.identityAnalysis?.result ?? 'ImplicitlyDenied';
    const ofResource = analysis?.resourceAnalysis?.result ?? 'NotApplicable';
    const isRole = principal.startsWith('arn:');
    // Inside one account the identity's word is enough; a role's trust and a key's policy have to speak in any case.
    const needsResource = !isRole || analysis?.sameAccount !== true || /^(?:sts|kms):/.test(action);
    const denies = [
      ...(ofIdentity === 'ExplicitlyDenied' ? ['identity' as const] : []),
      ...(['ExplicitlyDenied', 'DeniedForAccount'].includes(ofResource) ? ['resource' as const] : []),
    ];
    const lacks = [
      ...(isRole && ofIdentity === 'ImplicitlyDenied' ? ['identity' as const] : []),
      ...(needsResource && ['ImplicitlyDenied', 'NotApplicable'].includes(ofResource) ? ['resource' as const] : []),
    ];
    return { result: answer.overallResult, lacks: denies.length > 0 ? [] : lacks, denies };
  }

  #document(text: string): { readonly id: number; readonly document: unknown } {
    const known = this.#documents.get(text);
    if (known !== undefined) return known;
    const made = { id: this.#documents.size, document: JSON.parse(text) as unknown };
    this.#documents.set(text, made);
    return made;
  }

  #set(ids: string, texts: readonly string[]) {
    const known = this.#sets.get(ids);
    if (known !== undefined) return known;
    const patterns = [...new Set(texts.flatMap((text) => resourcePatterns(this.#document(text).document)))];
    const made = { patterns, text: texts.join(' ').toLowerCase() };
    this.#sets.set(ids, made);
    return made;
  }
}

/** The kind of a resource counts beside what it fits: the simulator checks that the action knows it. */
function kindOf(resource: string): string {
  const kind = resource
    .split(':')
    .slice(0, 6)
    .join(':')
    .replace(/[^:/]+$/, '');
  return `${kind}${resource.includes('/')}`;
}

/** A policy as the simulator has to be given it, where it knows less than AWS. */
function forSimulator(document: unknown, text: string, action: string, resource: string): unknown {
  if (action === 'events:PutEvents') return withEachEvent(document);
  const own = withApiId(text, resource);
  return own === text ? document : (JSON.parse(own) as unknown);
}

interface Conditional {
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * It takes the source and the type of an event for lists, to which a plain operator never fits. Each event is asked about by itself here, and EventBridge's own
 * examples use plain operators (User Guide, "Using IAM policy conditions in Amazon EventBridge").
 */
function withEachEvent(document: unknown): unknown {
  const { Statement, ...rest } = document as { Statement: Conditional | readonly Conditional[] };
  return {
    ...rest,
    Statement: [Statement].flat().map((statement) => {
      const { Condition = {}, ...others } = statement as Conditional;
      const conditions = Object.entries(Condition).flatMap(([operator, keys]) =>
        Object.entries(keys).map(([key, value]) => {
          const isPlain = /^events:(?:source|detail-type)$/.test(key) && !operator.startsWith('For');
          return [isPlain ? `ForAnyValue:${operator}` : operator, key, value] as const;
        }),
      );
      const made: Record<string, Record<string, unknown>> = {};
      for (const [operator, key, value] of conditions) made[operator] = { ...made[operator], [key]: value };
      return { ...others, ...(conditions.length === 0 ? {} : { Condition: made }) };
    }),
  };
}
