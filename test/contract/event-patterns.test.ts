import { readFileSync } from 'node:fs';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { EventBridgeService } from '#local/services/eventbridge/service.ts';
import { SqsService } from '#local/services/sqs/service.ts';
import { describeBackends } from './harness.ts';

interface Page {
  readonly source: string;
  readonly cases: readonly Case[];
}

interface Case {
  readonly name: string;
  readonly pattern: object;
  readonly matches?: readonly object[];
  readonly not?: readonly object[];
  readonly invalid?: boolean;
  /** The row of `differences.yaml` for what moto does otherwise. */
  readonly differs?: string;
}

const FILE = new URL('../cases/event-patterns/documented.yaml', import.meta.url);
const CASES = (parse(readFileSync(FILE, 'utf8')) as Page[]).flatMap(({ cases }) => cases);
const VALID = CASES.filter(({ invalid }) => invalid !== true);

const services = (cloud: ConstructorParameters<typeof SqsService>[0]) => [
  new EventBridgeService(cloud),
  new SqsService(cloud),
];

describeBackends('Event patterns as AWS documents them', { moto: true, services }, (backend) => {
  /** Which events came through, `<number of the case> <number of the event>`. */
  const arrived = new Set<string>();

  // A bus with one rule for each pattern, one queue for all of them, and every event once. Targets are told the source only: moto takes long over each path.
  beforeAll(async () => {
    const account = backend.newAccount();
    const events = backend.client(EventBridgeClient, account);
    const sqs = backend.client(SQSClient, account);
    const Arn = `arn:aws:sqs:us-east-1:${account}:all`;
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'all' }));
    const allow = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage' };
    const Policy = JSON.stringify({ Statement: [{ ...allow, Resource: Arn }] });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    const InputTransformer = { InputPathsMap: { source: '$.source' }, InputTemplate: '{"source": "<source>"}' };
    for (const [at, { pattern }] of VALID.entries()) {
      const EventBusName = `case-${at}`;
      const EventPattern = JSON.stringify({ detail: pattern });
      await events.send(new CreateEventBusCommand({ Name: EventBusName }));
      await events.send(new PutRuleCommand({ Name: 'rule', EventBusName, EventPattern }));
      await events.send(
        new PutTargetsCommand({ Rule: 'rule', EventBusName, Targets: [{ Id: 't', Arn, InputTransformer }] }),
      );
    }
    const entries = VALID.flatMap(({ matches = [], not = [] }, at) =>
      [...matches, ...not].map(
        (detail, number): PutEventsRequestEntry => ({
          EventBusName: `case-${at}`,
          Source: `${at} ${number}`,
          DetailType: 'Case',
          Detail: JSON.stringify(detail),
        }),
      ),
    );
    for (let from = 0; from < entries.length; from += 10) {
      await events.send(new PutEventsCommand({ Entries: entries.slice(from, from + 10) }));
    }
    if (backend.name === 'lib/local') await backend.cloud.settle();
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) break;
      for (const { Body } of Messages) {
        arrived.add((JSON.parse(Body ?? '') as { source: string }).source);
      }
    }
  }, 60_000);

  for (const [at, { name, matches = [], not = [], differs }] of VALID.entries()) {
    const run = () => {
      const came = [...matches, ...not].filter((_, number) => arrived.has(`${at} ${number}`));
      expect(came).toEqual(matches);
    };
    if (differs === undefined) test(name, run);
    else backend.differs(differs, name, run);
  }

  for (const { name, pattern, differs } of CASES.filter(({ invalid }) => invalid === true)) {
    const run = async () => {
      const EventPattern = JSON.stringify({ detail: pattern });
      const attempt = backend.client(EventBridgeClient).send(new PutRuleCommand({ Name: 'rule', EventPattern }));
      await expect(attempt).rejects.toMatchObject({ name: 'InvalidEventPatternException' });
    };
    if (differs === undefined) test(`no pattern: ${name}`, run);
    else backend.differs(differs, `no pattern: ${name}`, run);
  }
});
