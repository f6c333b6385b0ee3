import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GlueClient } from '@aws-sdk/client-glue';
import { LakeFormationClient } from '@aws-sdk/client-lakeformation';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { createAppliedGenerations } from '#aws/applied-generations.ts';
import { createEndTimers } from '#aws/end-timers.ts';
import { createBus } from '#aws/eventbridge.ts';
import { createLinkCatalog } from '#aws/glue.ts';
import { createJsonCall } from '#aws/json-call.ts';
import { createLakeFormation } from '#aws/lake-formation.ts';
import { createInvitations } from '#aws/ram.ts';
import { answerShare, latestIntents } from '#control/answer-share.ts';
import type { MeshEvent } from '#mesh/event/envelope.ts';
import { domainRoleName, SHARES } from '#mesh/topology/names.ts';
import { sift, workThrough } from '../shared/batch.ts';
import { clientConfig, now, pacedConfig, patience, wayTo } from '../shared/clients.ts';
import { earlyReturn } from '../shared/early-return.ts';
import { setting, settings } from '../shared/environment.ts';
import { meshMetrics } from '../shared/metrics.ts';
import { describe, meshHandler } from '../shared/middleware.ts';

const environment = settings('mesh', 'region', 'domain', 'domainBus', 'intentsQueueArn', 'timerGroup', 'timerRole');
const metrics = meshMetrics('agent');
const deps = {
  catalog: createLinkCatalog(new GlueClient(clientConfig), patience),
  lakeFormation: createLakeFormation(new LakeFormationClient(pacedConfig), patience),
  bus: createBus(new EventBridgeClient(clientConfig), environment.domainBus, patience),
  domain: environment.domain,
  generations: createAppliedGenerations(
    createJsonCall('ssm', 'AmazonSSM', wayTo('ssm', environment.region), patience),
    environment.mesh,
  ),
  timers: createEndTimers(
    wayTo('scheduler', environment.region),
    {
      group: environment.timerGroup,
      queueArn: environment.intentsQueueArn,
      messageGroup: SHARES,
      roleArn: environment.timerRole,
    },
    patience,
  ),
  invitations:
    setting('invitations') === undefined ? undefined : createInvitations(wayTo('ram', environment.region), patience),
  agentRole: domainRoleName(environment.mesh, environment.domain, 'agent'),
  now,
};

const comeBackSoon = earlyReturn(environment.region);

function read({ body }: SQSRecord): MeshEvent {
  const event = JSON.parse(body).detail as MeshEvent;
  if (typeof event.data !== 'object' || event.data === null) throw new TypeError('the message is no event of the mesh');
  return event;
}

/** Makes the account's links and local grants what the mesh asks for, and reports. */
export const handler = meshHandler<SQSEvent, unknown>(
  'agent',
  async (event, { logger }) => {
    const { readable, unreadable } = sift(event.Records, read, (error, { messageId }) =>
      logger.error('unreadable', { messageId, cause: describe(error) }),
    );
    const answer = await workThrough(
      latestIntents(readable, read),
      async (request) => {
        const told = await answerShare(request, deps);
        logger.info('answered', { id: request.id, type: told?.type, error: told?.report.error });
        metrics.addMetric(told?.type ?? 'ShareIgnored', MetricUnit.Count, 1);
      },
      {
        // Each intent is numbered, so that none overtakes another: one that fails keeps none of another product waiting.
        ordered: false,
        unreadable,
        onError: (error, { id }) => logger.error('share failed', { id, cause: describe(error) }),
      },
    );
    // The whole account waits behind what failed: an end that has come, too.
    return comeBackSoon(event.Records, answer);
  },
  metrics,
);
