import { Duration } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { allowRules } from './work-queue.ts';

export interface MeshBusProps {
  readonly busName: string;
  readonly description: string;
  /** Days for which the archive keeps events for a replay. Default none. */
  readonly archiveDays?: number;
}

/** A bus with the queue that takes what its rules cannot deliver. */
export class MeshBus extends Construct {
  readonly bus: EventBus;
  readonly undelivered: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: MeshBusProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { eventBusName: props.busName, description: props.description });
    this.undelivered = new DeadLetterQueue(this, 'Undelivered');
    allowRules(this.undelivered, props.busName);
    if (props.archiveDays !== undefined) {
      this.bus.archive('Archive', {
        description: `${props.description}, for replay`,
        eventPattern: { version: ['0'] },
        retention: Duration.days(props.archiveDays),
      });
    }
  }
}
