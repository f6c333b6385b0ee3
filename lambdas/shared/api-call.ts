import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Registry } from '#aws/registry.ts';
import { admit, callerOf } from '#control/caller.ts';
import { keepAttempt } from '#control/refused.ts';
import type { ApiDeps } from '#control/request.ts';
import { userError } from '#mesh/error.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { errorResult, statusOf, toResult } from './answer.ts';
import type { FairShare } from './fair-share.ts';
import { type CallLimits, refuseLargeAnswer, refuseTooMuch } from './limits.ts';
import { describe } from './middleware.ts';
import type { Routes } from './route.ts';

/** What is read of an event of API Gateway. */
export type ApiEvent = Pick<
  APIGatewayProxyEvent,
  'httpMethod' | 'resource' | 'pathParameters' | 'queryStringParameters' | 'body'
> & {
  readonly requestContext: {
    readonly requestId: string;
    readonly identity: Pick<APIGatewayProxyEvent['requestContext']['identity'], 'userArn'>;
  };
};

export interface ApiCallDeps extends ApiDeps {
  readonly registry: Registry;
  /** Who takes part; who somebody is does not depend on what is suspended, so this may be kept a while. */
  members(): Promise<Topology>;
  readonly share: FairShare;
  readonly limits: CallLimits;
  readonly logger: { warn(message: string, more: Record<string, unknown>): void };
}

/** Answers one call: who it is, whether it is too much, the route's use case; a refusal is kept for the trail, an error of ours is told by its request id only. */
export async function answerCall(event: ApiEvent, routes: Routes, deps: ApiCallDeps): Promise<APIGatewayProxyResult> {
  const { requestContext, httpMethod, resource, pathParameters, queryStringParameters, body } = event;
  const correlation = requestContext.requestId;
  const actor = requestContext.identity.userArn ?? 'unknown';
  const route = `${httpMethod} ${resource}`;
  const began = deps.now().getTime();
  let account: string | undefined;
  try {
    const work = Object.hasOwn(routes, route) ? routes[route] : undefined;
    if (work === undefined)
      throw userError('WEFT-API-005', `${route} does not exist`, { hint: 'see the reference of the API' });
    const caller = callerOf(actor, await deps.members());
    admit(caller);
    const wait = deps.share.wait(caller.account);
    if (wait > 0) return tooOften(wait, correlation);
    ({ account } = caller);
    const call = { path: pathParameters ?? {}, query: queryStringParameters ?? {}, body };
    refuseTooMuch(call, deps.limits);
    const answer = await work(call, { caller, correlation }, deps);
    const result = toResult(answer.status, answer.body, correlation);
    refuseLargeAnswer(result.body);
    return result;
  } catch (error) {
    deps.logger.warn(`${route} refused`, { actor, correlation, cause: describe(error) });
    if ([403, 409].includes(statusOf(error))) await keepAttempt({ actor, route, correlation, error }, deps);
    return errorResult(error, correlation);
  } finally {
    if (account !== undefined) deps.share.took(account, deps.now().getTime() - began);
  }
}

/** Nothing was begun, so that the call may be sent again as it is. It is not kept for the trail: whoever calls too often would fill that, too. */
function tooOften(wait: number, correlation: string): APIGatewayProxyResult {
  const seconds = Math.ceil(wait / 1000);
  const error = userError('WEFT-API-010', 'your account takes more than its share while others call', {
    hint: `wait ${seconds} s and repeat the command`,
  });
  const result = errorResult(error, correlation);
  return { ...result, headers: { ...result.headers, 'retry-after': String(seconds) } };
}
