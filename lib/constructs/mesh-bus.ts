import { CfnArchive, EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { archiveName } from '#mesh/topology/names.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { allowRules } from './work-queue.ts';

export interface MeshBusProps {
  readonly busName: string;
  readonly description: string;
  /** What the archive keeps for a replay. It must not keep what tells a Lambda to change access: an old word would be obeyed again. */
  readonly archive: { readonly days: number; readonly pattern: Readonly<Record<string, unknown>> };
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
    // Under the bus, where the construct of the library put it: its logical id stays what it was.
    new CfnArchive(new Construct(this.bus, 'Archive'), 'Archive', {
      archiveName: archiveName(props.busName),
      sourceArn: this.bus.eventBusArn,
      description: `${props.description}, for replay`,
      eventPattern: props.archive.pattern,
      retentionDays: props.archive.days,
    });
  }
}
