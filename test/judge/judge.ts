import type { Cloud } from '#local/core/cloud.ts';
import type { Act, Call, Caller, Observer } from '#local/core/service.ts';
import { type Asked, asked } from '#local/services/iam/asked.ts';
import { IamService } from '#local/services/iam/service.ts';
import { type Keys, requestKeys, sessionActions } from './circumstances.ts';
import { implied } from './implied.ts';
import { questionOf } from './question.ts';
import { type Verdict, Verdicts } from './verdicts.ts';

/** A call that some policy does not allow. */
export interface Denial {
  readonly action: string;
  readonly resource: string;
  /** The role's name, or the service principal. */
  readonly role: string;
  readonly result: string;
  /** The policy that has to change: `role aviation-relay`, `policy of the queue …`. */
  readonly policy: string;
  /** True where a statement is too much, not missing. */
  readonly isDenied: boolean;
}

/** Something that a role did, by its ARN. */
export interface Use {
  readonly role: string;
  readonly action: string;
  readonly resource: string;
}

/**
 * Judges every call of a role, and what AWS's services do beside calls, by the policies that the deployed templates made: those of the caller's identity, and
 * that of the bucket, queue, key, bus, function, API, secret or role that is met, both across accounts. What Lake Formation and the policy of a Glue catalog
 * decide is judged by the local services themselves. Roles that no template made (a test's back door) and the root of an account are not judged.
 */
export class Judge implements Observer {
  readonly #cloud: Cloud;
  readonly #denials = new Map<string, Denial>();
  readonly #uses = new Map<string, Use>();
  readonly #verdicts = new Verdicts();
  readonly #seen = new WeakSet<Call>();
  readonly #pending = new Set<Promise<void>>();
  /** Questions judged, so that a judge that saw nothing is noticed. */
  judged = 0;
  /** False while somebody tries on purpose what is not allowed. */
  watching = true;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** What was not allowed, once everything is judged. */
  async denials(): Promise<readonly Denial[]> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    return [...this.#denials.values()].sort((a, b) => `${a.role} ${a.action}`.localeCompare(`${b.role} ${b.action}`));
  }

  /** What roles did. */
  get uses(): readonly Use[] {
    return [...this.#uses.values()];
  }

  async before(call: Call): Promise<void> {
    this.#seen.add(call);
    await this.#call(call);
  }

  /** What another observer refused before this one was asked: of people that is what a test tries, of a machine it is a permission that it lacks. */
  async after(call: Call, { error }: { error?: Error }): Promise<void> {
    if (error === undefined || this.#seen.has(call) || !this.#isMachine(call.caller)) return;
    await this.#call(call);
  }

  acting({ caller, action, resource, keys = {} }: Act): void {
    const isService = caller.kind === 'service';
    // A role of a test's own, or one that is gone: the service itself will find out.
    if (isService && action.startsWith('sts:') && this.#cloud.service(IamService).role(resource) === undefined) return;
    if (!isService && !this.#isJudged(caller)) return;
    if (!this.watching) return;
    const given = Object.entries(keys).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined);
    const work = this.#ask(caller, action, resource, {
      'aws:RequestedRegion': this.#cloud.region,
      ...Object.fromEntries(given),
    }).finally(() => this.#pending.delete(work));
    this.#pending.add(work);
  }

  async #call(call: Call): Promise<void> {
    if (!this.watching || UNJUDGED.has(call.action) || !this.#isJudged(call.caller)) return;
    const own = requestKeys(call);
    for (const { action, resource, keys } of asked(call).flatMap(eachEvent)) {
      const beside = action === 'sts:AssumeRole' ? sessionActions(call) : [];
      for (const one of [action, ...beside]) await this.#ask(call.caller, one, resource, { ...own, ...keys });
    }
  }

  #isJudged({ roleArn }: Caller): boolean {
    if (roleArn === undefined || roleArn.includes(':role/cdk-')) return false;
    return this.#cloud.service(IamService).role(roleArn) !== undefined;
  }

  /** A role that a service takes on. */
  #isMachine({ roleArn = '' }: Caller): boolean {
    return /"Service"/.test(this.#cloud.service(IamService).role(roleArn)?.trust ?? '');
  }

  /** The policies are taken as they are now, before anything is waited for. */
  async #ask(caller: Caller, action: string, resource: string, keys: Keys): Promise<void> {
    const needs = [{ action, resource, keys }];
    if (caller.roleArn !== undefined) {
      this.#uses.set(`${caller.roleArn} ${action} ${resource}`, { role: caller.roleArn, action, resource });
      for (const { via, ...need } of implied(this.#cloud, action, resource)) {
        needs.push({ ...need, keys: { 'kms:ViaService': via, 'kms:CallerAccount': caller.account } });
        this.#uses.set(`${caller.roleArn} ${need.action} ${need.resource}`, { role: caller.roleArn, ...need });
      }
    }
    const questions = needs.map((need) => questionOf(this.#cloud, caller, need));
    for (const { question, side } of questions) {
      this.judged += 1;
      const verdict = await this.#verdicts.of(question);
      if (verdict.result !== 'Allowed') this.#note(caller, question, side, verdict);
    }
  }

  #note(
    caller: Caller,
    { action, resource }: { action: string; resource: string },
    side: string,
    verdict: Verdict,
  ): void {
    const role = caller.roleArn?.split('/').at(-1) ?? caller.arn;
    const policies = { identity: `role ${role}`, resource: side };
    const isDenied = verdict.denies.length > 0;
    for (const where of isDenied ? verdict.denies : verdict.lacks) {
      const policy = policies[where];
      const denial = { action, resource, role, result: verdict.result, policy, isDenied };
      this.#denials.set(`${policy} ${role} ${action} ${resource}`, denial);
    }
  }
}

/** A bus lets in event by event. */
function eachEvent({ action, resource, keys = {} }: Asked): { action: string; resource: string; keys: Keys }[] {
  if (action !== 'events:PutEvents') return [{ action, resource, keys: keys as Keys }];
  const types = [keys['events:detail-type'] ?? []].flat();
  const events = [keys['events:source'] ?? []].flat().map((source, index) => ({
    'events:source': source,
    'events:detail-type': types[index] ?? '',
    'events:eventBusInvocation': 'false',
  }));
  const distinct = new Map(events.map((event) => [JSON.stringify(event), event]));
  return [...distinct.values()].map((event) => ({ action, resource, keys: event }));
}

/** Calls that IAM never refuses. */
const UNJUDGED = new Set(['sts:GetCallerIdentity']);

/** One line for each denial: what to add to which policy, or to take out of it. */
export function statementsToAdd(denials: readonly Denial[]): string[] {
  return denials.map(({ role, action, resource, result, policy, isDenied }) => {
    const whom = policy === `role ${role}` ? '' : ` to ${role}`;
    return isDenied
      ? `${policy}: take back the Deny of ${action} on ${resource}${whom}`
      : `${policy}: add Allow ${action} on ${resource}${whom} (${result})`;
  });
}
