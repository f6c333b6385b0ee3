import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type BreakerKind, createBreakerStore } from '#aws/breakers.ts';
import { createJsonCall } from '#aws/json-call.ts';
import { isNamed, realPatience } from '#aws/retry.ts';
import type { Way } from '#aws/signed-request.ts';
import { standingOf } from '#mesh/breaker.ts';
import { breakersTableName } from '#mesh/topology/names.ts';

/** A breaker that lets nobody through, as people are told of it. Times are ISO 8601. */
export interface OpenBreaker {
  readonly name: string;
  /** `half-open`: the next call that comes is the probe, or one is under way. */
  readonly standing: 'open' | 'half-open';
  readonly since: string;
  readonly nextProbe: string;
  readonly why: string;
}

/** The open breakers of one kind of a domain; none where the domain has no table of them yet. */
export async function openBreakers(
  way: Omit<Way, 'requestHandler'>,
  owner: { readonly mesh: string; readonly domain: string },
  kind: BreakerKind,
  now: () => Date,
): Promise<OpenBreaker[]> {
  const reached = { ...way, requestHandler: new NodeHttpHandler({ requestTimeout: 10_000 }) };
  const call = createJsonCall('dynamodb', 'DynamoDB_20120810', reached, { ...realPatience, attempts: 2 }, '1.0');
  const store = createBreakerStore(call, breakersTableName(owner.mesh, owner.domain), kind, now);
  try {
    return (await store.all()).flatMap(({ name, state }) => {
      const standing = standingOf(state, now().getTime());
      if (state.open === undefined || standing === 'closed') return [];
      const at = (time: number) => new Date(time).toISOString();
      return [{ name, standing, since: at(state.open.since), nextProbe: at(state.open.probeAt), why: state.why }];
    });
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return [];
    throw error;
  }
}

/** One line of it. */
export function toldOf({ name, standing, since, nextProbe, why }: OpenBreaker): string {
  const next = standing === 'open' ? `it is tried again at ${nextProbe}` : 'the next call tries it again';
  return `${name} has not answered since ${since}; ${next}: ${why}`;
}
