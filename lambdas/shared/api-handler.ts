import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { createRegistry } from '#aws/registry.ts';
import { createPolicyStore } from '#aws/registry-policies.ts';
import { callerOf } from '#control/caller.ts';
import { setsInForce } from '#control/policy-sets.ts';
import { keepAttempt } from '#control/refused.ts';
import { userError } from '#mesh/error.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { errorResult, statusOf, toResult } from './answer.ts';
import { clientConfig, now, patience, random, topologyNow, topologyReader } from './clients.ts';
import { settings } from './environment.ts';
import { describe, meshHandler } from './middleware.ts';
import { deployedPolicies, policyChecker, policyReader } from './policies.ts';
import type { Routes } from './route.ts';

/** The handler of a Lambda behind the mesh's API: checks a command, asks policy and writes desired state; a refusal is kept for the trail. */
export function apiHandler(name: string, routes: Routes) {
  const environment = settings('mesh', 'region', 'registryTable');
  const topology = topologyReader(environment);
  const client = new DynamoDBClient(clientConfig);
  const policies = {
    store: createPolicyStore(client, environment.registryTable, patience),
    deployed: deployedPolicies,
    check: policyChecker(topology),
    topology,
    now,
  };
  const registry = createRegistry(client, environment.registryTable, patience);
  const common = {
    registry,
    policies,
    policy: policyReader(setsInForce(policies), topology),
    now,
    random,
  };
  return meshHandler<APIGatewayProxyEvent, APIGatewayProxyResult>(name, async (event, { logger }) => {
    const { requestContext, httpMethod, resource, pathParameters, queryStringParameters, body } = event;
    const correlation = requestContext.requestId;
    const actor = requestContext.identity.userArn ?? 'unknown';
    const route = `${httpMethod} ${resource}`;
    let asked: Promise<Topology> | undefined;
    const askedOnce = () => {
      asked ??= topologyNow(topology, registry)();
      return asked;
    };
    const deps = { ...common, topology: askedOnce };
    try {
      const work = routes[route];
      if (work === undefined)
        throw userError('WEFT-API-005', `${route} does not exist`, { hint: 'see the reference of the API' });
      // Who somebody is does not depend on what is suspended: the cheaper topology will do.
      const caller = callerOf(actor, await topology());
      const call = { path: pathParameters ?? {}, query: queryStringParameters ?? {}, body };
      const answer = await work(call, { caller, correlation }, deps);
      return toResult(answer.status, answer.body, correlation);
    } catch (error) {
      logger.warn(`${route} refused`, { actor, correlation, cause: describe(error) });
      if ([403, 409].includes(statusOf(error))) await keepAttempt({ actor, route, correlation, error }, deps);
      return errorResult(error, correlation);
    }
  });
}
