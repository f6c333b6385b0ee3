import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { createCursorKey } from '#aws/cursor-key.ts';
import { createRegistry } from '#aws/registry.ts';
import { createPolicyStore } from '#aws/registry-policies.ts';
import { createCursors } from '#control/cursors.ts';
import { setsInForce } from '#control/policy-sets.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { answerCall } from './api-call.ts';
import { clientConfig, now, patience, random, topologyNow, topologyReader } from './clients.ts';
import { settings } from './environment.ts';
import { FairShare } from './fair-share.ts';
import type { CallLimits } from './limits.ts';
import { meshHandler } from './middleware.ts';
import { deployedPolicies, policyChecker, policyReader } from './policies.ts';
import type { Routes } from './route.ts';

/** The handler of a Lambda behind the mesh's API: checks a command, asks policy and writes desired state; a refusal is kept for the trail. */
export function apiHandler(name: string, routes: Routes, limits: CallLimits) {
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
    cursors: createCursors(createCursorKey(client, environment.registryTable, patience)),
    policy: policyReader(setsInForce(policies), topology),
    now,
    random,
    members: topology,
    share: new FairShare(Date.now),
    limits,
  };
  return meshHandler<APIGatewayProxyEvent, APIGatewayProxyResult>(name, async (event, { logger }) => {
    let asked: Promise<Topology> | undefined;
    const askedOnce = () => {
      asked ??= topologyNow(topology, registry)();
      return asked;
    };
    return answerCall(event, routes, { ...common, topology: askedOnce, logger });
  });
}
