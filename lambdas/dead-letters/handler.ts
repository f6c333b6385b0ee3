import { EventBridgeClient, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createLetterBox } from '#aws/dead-letter-queue.ts';
import { createBus } from '#aws/eventbridge.ts';
import { createInvoke } from '#aws/invoke.ts';
import { persist } from '#aws/retry.ts';
import { type LetterQueue, listDeadLetters, redrive } from '#control/dead-letters.ts';
import { WeftError } from '#mesh/error.ts';
import { clientConfig, patience, queueConfig, wayTo } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { meshHandler } from '../shared/middleware.ts';

const { region, deadLetters } = settings('region', 'deadLetters');
const events = new EventBridgeClient(clientConfig);
const deps = {
  queues: JSON.parse(deadLetters) as LetterQueue[],
  letters: createLetterBox(new SQSClient(queueConfig), patience),
  invoke: createInvoke(wayTo('lambda', region), patience),
  busOf: (arn: string) => createBus(events, arn, patience),
  async groupOf(ruleArn: string, targetArn: string): Promise<string | undefined> {
    const [bus, rule] = ruleArn.slice(ruleArn.indexOf(':rule/') + 6).split('/') as [string, string?];
    const names = rule === undefined ? { Rule: bus } : { EventBusName: bus, Rule: rule };
    const { Targets = [] } = await persist(() => events.send(new ListTargetsByRuleCommand(names)), patience);
    return Targets.find(({ Arn }) => Arn === targetArn)?.SqsParameters?.MessageGroupId;
  },
};

/** What people ask of it: to see what could not be delivered, or to have it delivered again. */
interface Wish {
  readonly action: 'list' | 'redrive';
  readonly queue?: string;
  readonly id?: string;
}

/** Shows and redelivers what could not be delivered in its account. */
export const handler = meshHandler<Wish, unknown>('dead-letters', async ({ action, queue, id }, { logger }) => {
  try {
    if (action === 'list') return { letters: await listDeadLetters({ queue }, deps) };
    const result = await redrive({ queue, id }, deps);
    logger.info('redriven', { redriven: result.redriven.length, failed: result.failed });
    return result;
  } catch (error) {
    if (!(error instanceof WeftError) || error.source !== 'user') throw error;
    const { code, message, hint } = error;
    return { error: { code, message, hint } };
  }
});
