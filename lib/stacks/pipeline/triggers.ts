import { CfnRule } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { SqsSendMessage } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from '#constructs/acknowledge.ts';
import { DeadLetterQueue } from '#constructs/dead-letter-queue.ts';
import type { DomainRepository } from '#constructs/domain-repository.ts';
import { allowRules, type WorkQueue } from '#constructs/work-queue.ts';
import { exchangeName } from '#mesh/pipeline/exchange.ts';
import { type Interval, type PipelineStep, writerOf } from '#mesh/pipeline/pipeline.ts';
import { domainBusName, MESH_SOURCE } from '#mesh/topology/names.ts';
import type { Landing } from './landing.ts';
import { LOOK_EVERY } from './look-every.ts';

export interface PipelineTriggersProps {
  readonly repository: DomainRepository;
  readonly landing: Landing;
  readonly queue: WorkQueue;
}

/** Messages that change no table wait for each other, and for nobody else. */
const ASIDE = 'look';

/** What starts the steps: each trigger puts one message with the step and its cause into the queue, in the group of the table that it writes. */
export class PipelineTriggers extends Construct {
  readonly #props: PipelineTriggersProps;
  readonly #undelivered: DeadLetterQueue;
  readonly #starter: Role;

  constructor(scope: Construct, id: string, props: PipelineTriggersProps) {
    super(scope, id);
    this.#props = props;
    const { repository, queue } = props;
    const { topology, domain, pipeline } = repository;
    const bus = domainBusName(topology.mesh, domain.name);
    // What a rule cannot deliver goes to a plain queue, also where the target is a FIFO one.
    this.#undelivered = new DeadLetterQueue(this, 'Undelivered');
    this.#starter = new Role(this, 'Starter', {
      description: 'Starts the steps of the pipeline by time',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': domain.account } },
      }),
    });
    acknowledge(this, INLINE_POLICY);
    this.#admitRules(bus);
    for (const step of pipeline.steps) this.#start(step, bus);
    for (const exchange of pipeline.exchange ?? []) {
      const name = exchangeName(exchange);
      const message = { exchange: name, at: '<aws.scheduler.scheduled-time>' };
      this.#schedule(`Exchange-${name.replace('/', '-')}`, rate(exchange.every), message, ASIDE);
    }
    this.#rule('Published', {
      bus,
      description: `Publications of ${domain.name}'s own products`,
      pattern: {
        account: [topology.governanceAccount],
        source: [MESH_SOURCE],
        'detail-type': ['ProductPublished'],
        detail: { data: { domain: [domain.name] } },
      },
      message: { published: true },
      group: ASIDE,
    });
    this.#schedule('Look', ScheduleExpression.rate(LOOK_EVERY), { look: true }, ASIDE);
    queue.allowSending(this.#starter);
  }

  #start(step: PipelineStep, bus: string): void {
    const { repository, landing } = this.#props;
    const { topology, domain } = repository;
    const { on } = step;
    const group = writerOf(step);
    if ('every' in on) {
      const message = { step: step.name, at: '<aws.scheduler.scheduled-time>' };
      this.#schedule(`Step-${step.name}`, rate(on.every), message, group);
      return;
    }
    const pattern =
      'files' in on
        ? {
            source: ['aws.s3'],
            'detail-type': ['Object Created'],
            detail: { bucket: { name: [landing.bucket.bucketName] }, object: { key: [{ prefix: on.files }] } },
          }
        : {
            account: [topology.governanceAccount],
            source: [MESH_SOURCE],
            'detail-type': ['DataUpdated'],
            detail: updatesOf(on.updates),
          };
    this.#rule(`Step-${step.name}`, {
      bus: 'files' in on ? 'default' : bus,
      description: `Starts ${step.name} of ${domain.name}`,
      pattern,
      message: { step: step.name },
      group,
    });
  }

  #rule(
    id: string,
    rule: {
      readonly bus: string;
      readonly description: string;
      readonly pattern: object;
      readonly message: object;
      readonly group: string;
    },
  ): void {
    const head = JSON.stringify(rule.message).slice(0, -1);
    new CfnRule(this, id, {
      description: rule.description,
      eventBusName: rule.bus === 'default' ? undefined : rule.bus,
      eventPattern: rule.pattern,
      targets: [
        {
          id: 'queue',
          arn: this.#props.queue.queueArn,
          sqsParameters: { messageGroupId: rule.group },
          inputTransformer: { inputTemplate: `${head},"event":<aws.events.event.json>}` },
          deadLetterConfig: { arn: this.#undelivered.queueArn },
        },
      ],
    });
  }

  #schedule(id: string, schedule: ScheduleExpression, message: object, group: string): void {
    const { queue, repository } = this.#props;
    new Schedule(this, id, {
      description: `Pipeline of ${repository.domain.name}: ${id}`,
      schedule,
      target: new SqsSendMessage(queue, {
        input: ScheduleTargetInput.fromText(JSON.stringify(message)),
        messageGroupId: group,
        deadLetterQueue: this.#undelivered,
        role: this.#starter,
      }),
    });
  }

  /** The default bus brings what S3 says, the domain's what the mesh says. */
  #admitRules(bus: string): void {
    for (const queue of [this.#props.queue, this.#undelivered]) allowRules(queue, 'default', bus);
  }
}

/** Of one product, or of any of several. */
function updatesOf(sources: readonly string[]): object {
  const patterns = sources.map((source) => {
    const [owner, product] = source.split('/');
    return { data: { domain: [owner], product: [product] } };
  });
  return patterns.length === 1 ? { ...patterns[0] } : { $or: patterns };
}

function rate({ count, unit }: Interval): ScheduleExpression {
  return ScheduleExpression.expression(`rate(${count} ${unit}${count === 1 ? '' : 's'})`);
}
