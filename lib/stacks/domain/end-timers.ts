import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from '#constructs/acknowledge.ts';
import type { AcceptedWildcards } from '#constructs/wildcards.ts';
import type { WorkQueue } from '#constructs/work-queue.ts';
import { endTimersName } from '#mesh/topology/names.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';

export interface EndTimersProps {
  readonly topology: Topology;
  readonly domain: Domain;
  /** The agent's own, which its timers send to. */
  readonly queue: WorkQueue;
}

/** The place for the timers that an agent sets, and the one role that they send as: to the agent's queue, and nothing else. */
export class EndTimers extends Construct {
  static readonly wildcards: AcceptedWildcards = {
    'Resource::arn:aws:scheduler:%:schedule/%/*':
      'one timer for each product version of which something ends: they come and go, in a group of their own',
  };
  readonly environment: Readonly<Record<string, string>>;
  readonly #group: CfnScheduleGroup;
  readonly #role: Role;

  constructor(scope: Construct, id: string, { topology, domain, queue }: EndTimersProps) {
    super(scope, id);
    const { region, account } = Stack.of(this);
    const name = endTimersName(topology.mesh, domain.name);
    this.#group = new CfnScheduleGroup(this, 'Group', { name });
    this.#role = new Role(this, 'Role', {
      description: 'Tells the agent that something ends',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': domain.account },
          ArnEquals: { 'aws:SourceArn': `arn:aws:scheduler:${region}:${account}:schedule-group/${name}` },
        },
      }),
    });
    acknowledge(this, INLINE_POLICY);
    queue.allowSending(this.#role);
    this.environment = {
      WEFT_INTENTS_QUEUE_ARN: queue.queueArn,
      WEFT_TIMER_GROUP: this.#group.ref,
      WEFT_TIMER_ROLE: this.#role.roleArn,
    };
  }

  /** What the agent needs to set, move and take back its timers. */
  statements(): PolicyStatement[] {
    const { region, account } = Stack.of(this);
    return [
      new PolicyStatement({
        sid: 'Timers',
        actions: ['scheduler:CreateSchedule', 'scheduler:UpdateSchedule', 'scheduler:DeleteSchedule'],
        resources: [`arn:aws:scheduler:${region}:${account}:schedule/${this.#group.name}/*`],
      }),
      new PolicyStatement({
        sid: 'TimersSend',
        actions: ['iam:PassRole'],
        resources: [this.#role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      }),
    ];
  }
}
