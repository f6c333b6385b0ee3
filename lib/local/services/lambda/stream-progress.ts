import type { Cloud } from '../../core/cloud.ts';
import { DynamoDbService } from '../dynamodb/service.ts';
import type { StoredMapping } from './mapping.ts';

/** How far a mapping has read its stream. */
export interface StreamProgress {
  /** The last sequence number that is done. */
  readonly after?: string;
  /** Failed tries of the batch that comes next. */
  readonly attempts: number;
  /** Size of the next batch when it is a retry or a half of one. */
  readonly limit?: number;
  /** Epoch milliseconds before which the batch is not tried again. */
  readonly dueAt: number;
}

const PROGRESS = 'lambda/progress';

/** Begins at the oldest record, or after the newest one that there is now. */
export function startProgress(cloud: Cloud, mapping: StoredMapping): void {
  let after: string | undefined;
  if (mapping.settings.StartingPosition === 'LATEST') {
    const streams = cloud.service(DynamoDbService);
    for (;;) {
      const last = streams.streamRecords(mapping.eventSourceArn, after, 1000).at(-1);
      if (last === undefined) break;
      after = last.dynamodb.SequenceNumber;
    }
  }
  saveProgress(cloud, mapping.uuid, { after, attempts: 0, dueAt: 0 });
}

export function progressOf(cloud: Cloud, uuid: string): StreamProgress {
  return cloud.store.get<StreamProgress>(PROGRESS, uuid) ?? { attempts: 0, dueAt: 0 };
}

export function saveProgress(cloud: Cloud, uuid: string, progress: StreamProgress): void {
  cloud.store.put(PROGRESS, uuid, progress);
}

export function clearProgress(cloud: Cloud, uuid: string): void {
  cloud.store.delete(PROGRESS, uuid);
}
