import { randomUUID } from 'node:crypto';
import { serviceCaller, tellAssumed } from '../../core/act.ts';
import { type Cloud, callerFor } from '../../core/cloud.ts';
import { jsonCodec } from '../../core/codecs.ts';
import type { ServiceEvent } from '../../core/emit.ts';
import { AwsError, notModelled } from '../../core/error.ts';
import { admits } from '../../core/policy.ts';
import type { Caller, Context, Operations, Service } from '../../core/service.ts';
import { sendToQueue } from '../lambda/send-to-queue.ts';
import { LambdaService } from '../lambda/service.ts';
import { archiveOperations } from './archives.ts';
import { busOperations, getBus } from './buses.ts';
import { type Delivery, nextDelivery, pumpDeliveries } from './deliveries.ts';
import { inputFor } from './input.ts';
import { busArn, type EventEnvelope, parseBus, ruleArn, validation } from './model.ts';
import { compilePattern } from './pattern.ts';
import { dispatch, publish } from './publisher.ts';
import { isoSeconds, putEvents } from './put-events.ts';
import { pumpReplays, replayOperations } from './replays.ts';
import { dueRules, nextSchedule, ruleOperations, saveRule, withNext } from './rules.ts';
import { targetOperations } from './targets.ts';

/** Amazon EventBridge, classic buses: rules, targets, policies, archives and replays. */
export class EventBridgeService implements Service {
  readonly signingName = 'events';
  readonly codec = jsonCodec('1.1');
  readonly #cloud: Cloud;
  readonly operations: Operations = {
    ...busOperations,
    ...ruleOperations,
    ...targetOperations,
    ...archiveOperations,
    ...replayOperations,
    PutEvents: putEvents,
    TestEventPattern: {
      run: (input: { EventPattern: string; Event: string }, _context: Context) => {
        const pattern = compilePattern(input.EventPattern);
        return { Result: pattern.matches(parseEvent(input.Event)) };
      },
    },
  };

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Puts an AWS service's own event on the default bus of an account. */
  emit(account: string, region: string, event: ServiceEvent): void {
    publish(this.#cloud, { account, region, name: 'default' }, this.#envelope(account, region, event), {
      byRule: false,
      fromAccount: account,
    });
  }

  async pump(): Promise<boolean> {
    const scheduled = this.#fireSchedules();
    const replayed = pumpReplays(this.#cloud);
    const delivered = await pumpDeliveries(
      this.#cloud,
      (delivery) => this.#deliver(delivery),
      (queueArn, delivery, attributes) => this.#deadLetter(queueArn, delivery, attributes),
    );
    return scheduled || replayed || delivered;
  }

  nextDue(): number | undefined {
    const times = [nextDelivery(this.#cloud), nextSchedule(this.#cloud)].filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #envelope(account: string, region: string, event: ServiceEvent): EventEnvelope {
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': event.detailType,
      source: event.source,
      account,
      time: isoSeconds(this.#cloud.clock.now()),
      region,
      resources: event.resources ?? [],
      detail: event.detail,
    };
  }

  /** A schedule that was missed several times fires once. */
  #fireSchedules(): boolean {
    const now = this.#cloud.clock.now();
    const due = dueRules(this.#cloud, now);
    for (const rule of due) {
      const event = { source: 'aws.events', detailType: 'Scheduled Event', detail: {}, resources: [ruleArn(rule)] };
      this.#cloud.store.transaction(() => {
        const origin = { byRule: false, fromAccount: rule.account };
        dispatch(this.#cloud, rule, this.#envelope(rule.account, rule.region, event), origin);
        saveRule(this.#cloud, withNext(rule, now));
      });
    }
    return due.length > 0;
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { rule, target, event } = delivery;
    if (target.RoleArn !== undefined) tellAssumed(this.#cloud, 'events.amazonaws.com', target.RoleArn, sourceOf(rule));
    const keys = sourceOf(rule);
    if (target.Arn.startsWith('arn:aws:events:')) return this.#forward(delivery);
    const text = inputFor(event, target, rule, delivery.acceptedAt);
    if (target.Arn.startsWith('arn:aws:lambda:')) {
      await this.#cloud.service(LambdaService).invokeAs(this.#callerOf(delivery), target.Arn, text, 'Event', keys);
      return;
    }
    if (target.Arn.startsWith('arn:aws:firehose:')) return this.#putRecord(delivery, text);
    sendToQueue(this.#cloud, target.Arn, text, {
      caller: this.#callerOf(delivery),
      keys,
      groupId: target.SqsParameters?.MessageGroupId,
    });
  }

  async #putRecord({ rule, target }: Delivery, text: string): Promise<void> {
    const firehose = this.#cloud.serviceNamed('firehose');
    if (firehose === undefined) throw notModelled('firehose', '*');
    const DeliveryStreamName = target.Arn.slice(target.Arn.indexOf('/') + 1);
    const Record = { Data: Buffer.from(text).toString('base64') };
    const context = this.#cloud.contextFor(this.#callerOf({ rule, target }), rule.region);
    await this.#cloud.invoke(firehose, 'PutRecord', { DeliveryStreamName, Record }, context);
  }

  /** To another bus: one hop only, and what came from another account goes to no third one. */
  #forward({ rule, target, event, origin }: Delivery): void {
    const to = parseBus(target.Arn, rule);
    const crossed = origin.fromAccount !== rule.account && to.account !== rule.account;
    if (origin.byRule || crossed) return;
    const bus = getBus(this.#cloud, to);
    const own = target.RoleArn === undefined && bus.account === rule.account;
    const request = {
      caller: this.#callerOf({ rule, target }),
      action: 'events:PutEvents',
      resource: busArn(bus),
      keys: {
        'events:source': event.source,
        'events:detail-type': event['detail-type'],
        'events:eventBusInvocation': 'true',
      },
    };
    if (!own) this.#cloud.tell(request);
    if (!own && !admits(this.#cloud.store, bus.policy, bus.account, request)) {
      const text = `User: ${request.caller.arn} is not authorized to perform: events:PutEvents on resource: ${busArn(bus)}`;
      throw new AwsError('AccessDeniedException', text, 403);
    }
    publish(this.#cloud, bus, event, { byRule: true, fromAccount: rule.account });
  }

  async #deadLetter(
    queueArn: string,
    { event, rule }: Delivery,
    attributes: Readonly<Record<string, string>>,
  ): Promise<void> {
    sendToQueue(this.#cloud, queueArn, JSON.stringify(event), {
      caller: serviceCaller('events.amazonaws.com', rule.account),
      keys: sourceOf(rule),
      attributes,
    });
  }

  #callerOf({ rule, target }: Pick<Delivery, 'rule' | 'target'>): Caller {
    if (target.RoleArn !== undefined) return callerFor(target.RoleArn, `events-${rule.name}`.slice(0, 64));
    return serviceCaller('events.amazonaws.com', rule.account);
  }
}

/** What EventBridge says of itself to the policies that it meets. */
function sourceOf(rule: Delivery['rule']): Readonly<Record<string, string>> {
  return { 'aws:SourceArn': ruleArn(rule), 'aws:SourceAccount': rule.account };
}

function parseEvent(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw validation('Parameter Event is not valid. Reason: Event is not a valid JSON.');
  }
}
