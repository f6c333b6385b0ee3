import type { Cloud } from './cloud.ts';
import type { Service } from './service.ts';

/** An event that an AWS service itself emits. */
export interface ServiceEvent {
  /** `aws.glue`. */
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
  readonly resources?: readonly string[];
}

/** Puts an AWS service's own event on the default bus of an account; a cloud without EventBridge has nobody to tell. */
export function emitEvent(cloud: Cloud, account: string, region: string, event: ServiceEvent): void {
  const events = cloud.serviceNamed('events');
  if (events !== undefined && emits(events)) events.emit(account, region, event);
}

function emits(service: Service): service is Service & { emit: (...event: [string, string, ServiceEvent]) => void } {
  return 'emit' in service && typeof service.emit === 'function';
}
