import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Cloud } from '../../core/cloud.ts';
import { jsonCodec } from '../../core/codecs.ts';
import { AwsError } from '../../core/error.ts';
import { organizationOf } from '../../core/organization.ts';
import { admits } from '../../core/policy.ts';
import type { Call, Observer, Operations, Service } from '../../core/service.ts';
import { S3Service } from '../s3/service.ts';
import { Digests, type DueDigest } from './digest.ts';
import { digestOperations } from './digest-operations.ts';
import { PENDING, type StoredTrail, TRAILS, type TrailRecord, trailArn } from './model.ts';
import { operations } from './operations.ts';
import { isoSeconds, recordOf } from './record.ts';
import { type Candidate, selects } from './select.ts';

/** What a service that logs more than its calls gives; the rest is filled in. */
export type PartialRecord = Partial<TrailRecord> & Pick<TrailRecord, 'eventSource' | 'eventName' | 'userIdentity'>;

const FLUSH_EVERY = 5000;
const RETRY_AFTER = 60_000;
const GLOBAL_SOURCES = new Set(['iam.amazonaws.com', 'sts.amazonaws.com']);

/**
 * AWS CloudTrail: watches every call of the cloud and delivers what trails select to their buckets, in CloudTrail's own layout: every five seconds of a
 * live cloud, else as soon as the calls pause.
 */
export class CloudTrailService implements Service, Observer {
  readonly signingName = 'cloudtrail';
  readonly codec = jsonCodec('1.1');
  readonly operations: Operations;
  readonly #cloud: Cloud;
  readonly #digests: Digests;
  #sequence = 0;
  #seen = 0;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#digests = new Digests(cloud.store);
    this.operations = { ...operations, ...digestOperations(this.#digests) };
    cloud.observe(this);
  }

  after(call: Call, outcome: { output?: unknown; error?: Error }): void {
    if (call.service === 'cloudformation' || !this.#trails().some((trail) => this.#covers(trail, call.account))) return;
    this.#keep(recordOf(call, outcome), call.account);
  }

  /**
   * Records an event that is no call of this cloud's API, e.g. Lake Formation's `GetDataAccess`.
   * @param account whose trail gets it: the caller's, and again the owner's of what was read, with one `sharedEventID`.
   * @param object ARN of the object of S3 that it touched: only trails that select it get it.
   */
  record(account: string, partial: PartialRecord, object?: string): void {
    const record: TrailRecord = {
      eventVersion: '1.11',
      eventTime: isoSeconds(this.#cloud.clock.now()),
      awsRegion: this.#cloud.region,
      sourceIPAddress: partial.eventSource,
      userAgent: partial.eventSource,
      requestParameters: null,
      responseElements: null,
      requestID: randomUUID(),
      eventID: randomUUID(),
      readOnly: true,
      eventType: 'AwsApiCall',
      managementEvent: true,
      eventCategory: 'Management',
      ...partial,
      recipientAccountId: account,
    };
    const touched = object === undefined ? {} : { resourceType: 'AWS::S3::Object', resourceArn: object };
    this.#keep({ record, ...touched }, account);
    this.#cloud.wake();
  }

  async pump(): Promise<boolean> {
    const waiting = this.#ready();
    if (waiting.length === 0) return this.#tellDigests();
    if (!this.#cloud.live && this.#seen !== this.#sequence) {
      this.#seen = this.#sequence;
      return true;
    }
    for (const trail of waiting) this.#deliver(trail);
    return true;
  }

  nextDue(): number | undefined {
    const times = this.#pendingOf('').length === 0 ? [] : this.#trails().map((trail) => this.#dueOf(trail));
    const digests = this.#validated().map((trail) => this.#digests.nextDue(trailArn(trail)));
    const due = [...times, ...digests].filter((at) => at !== undefined);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  #trails(): StoredTrail[] {
    return this.#cloud.store.list<StoredTrail>(TRAILS).map(({ value }) => value);
  }

  /** The trails with records that may be delivered now. */
  #ready(): StoredTrail[] {
    const now = this.#cloud.clock.now();
    return this.#trails().filter((trail) => {
      const due = this.#dueOf(trail);
      return due !== undefined && ((!this.#cloud.live && trail.retryAt === undefined) || due <= now);
    });
  }

  #dueOf(trail: StoredTrail): number | undefined {
    const [first] = this.#pendingOf(trailArn(trail), 1);
    if (first === undefined) return undefined;
    return trail.retryAt ?? Math.max(Date.parse(first.value.eventTime), trail.deliveredAt ?? 0) + FLUSH_EVERY;
  }

  #covers(trail: StoredTrail, account: string): boolean {
    if (!trail.logging) return false;
    if (trail.account === account) return true;
    const organization = trail.organization ? organizationOf(this.#cloud.store, trail.account) : undefined;
    return organization !== undefined && organizationOf(this.#cloud.store, account) === organization;
  }

  #keep(candidate: Candidate, account: string): void {
    const { record } = candidate;
    for (const trail of this.#trails()) {
      const global = GLOBAL_SOURCES.has(record.eventSource);
      const here = trail.multiRegion || record.awsRegion === trail.region || (global && trail.globalEvents);
      if (!here || !this.#covers(trail, account) || !selects(trail, candidate)) continue;
      this.#sequence += 1;
      const key = `${trailArn(trail)} ${String(this.#cloud.clock.now()).padStart(15, '0')} ${String(this.#sequence).padStart(12, '0')} ${record.eventID}`;
      this.#cloud.store.put(PENDING, key, record);
    }
  }

  #pendingOf(arn: string, limit?: number): { key: string; value: TrailRecord }[] {
    const from = arn === '' ? '' : `${arn} `;
    return this.#cloud.store.range<TrailRecord>(PENDING, from, `${from}\u{10ffff}`, { limit });
  }

  /** One file for each account and region; what cannot be delivered waits. */
  #deliver(trail: StoredTrail): void {
    const groups = Map.groupBy(
      this.#pendingOf(trailArn(trail)),
      ({ value }) => `${value.recipientAccountId} ${value.awsRegion}`,
    );
    const now = this.#cloud.clock.now();
    for (const [group, entries] of groups) {
      const [account = '', region = ''] = group.split(' ');
      const content = JSON.stringify({ Records: entries.map(({ value }) => value) });
      const key = this.#keyOf(trail, account, region, now);
      try {
        this.#authorize(trail, key);
        this.#cloud.service(S3Service).put(trail.bucket, key, gzipSync(content), {
          contentType: 'application/json',
          headers: { 'content-encoding': 'gzip' },
        });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        this.#update(trail, { deliveryError: error.code, retryAt: now + RETRY_AFTER });
        return;
      }
      this.#cloud.store.transaction(() => {
        for (const entry of entries) this.#cloud.store.delete(PENDING, entry.key);
        if (trail.validation) {
          const times = entries.map(({ value }) => value.eventTime).sort();
          const place = { account, region, since: trail.startedAt ?? now };
          const hash = createHash('sha256').update(content).digest('hex');
          const file = { bucket: trail.bucket, key, hash, at: now, oldest: times[0] ?? '', newest: times.at(-1) ?? '' };
          this.#digests.delivered(trailArn(trail), place, file);
        }
        this.#update(trail, { deliveredAt: now, deliveryError: undefined, retryAt: undefined });
      });
    }
  }

  #validated(): StoredTrail[] {
    return this.#trails().filter(({ validation, logging }) => validation && logging);
  }

  /** Writes the next digest of each account and region whose hour is over; true when there was one. */
  #tellDigests(): boolean {
    const now = this.#cloud.clock.now();
    let told = false;
    for (const trail of this.#validated()) {
      if (trail.retryAt !== undefined && trail.retryAt > now) continue;
      for (const due of this.#digests.due(trailArn(trail), now)) told = this.#tellDigest(trail, due, now) || told;
    }
    return told;
  }

  #tellDigest(trail: StoredTrail, due: DueDigest, now: number): boolean {
    const key = this.#digestKeyOf(trail, due);
    try {
      this.#authorize(trail, key);
      const { bytes, signature, written } = due.body(trail.bucket, key);
      this.#cloud.service(S3Service).put(trail.bucket, key, bytes, {
        contentType: 'application/json',
        headers: { 'content-encoding': 'gzip' },
        metadata: { signature, 'signature-algorithm': 'SHA256withRSA' },
      });
      written();
      return true;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#update(trail, { deliveryError: error.code, retryAt: now + RETRY_AFTER });
      return false;
    }
  }

  /** The bucket's policy must let CloudTrail write for this trail. */
  #authorize(trail: StoredTrail, key: string): void {
    const buckets = this.#cloud.service(S3Service);
    const owner = buckets.bucketAccount(trail.bucket);
    const arn = 'cloudtrail.amazonaws.com';
    const request = {
      caller: { kind: 'service', account: trail.account, arn, principalId: arn },
      action: 's3:PutObject',
      resource: `arn:aws:s3:::${trail.bucket}/${key}`,
      keys: {
        'aws:SourceArn': trailArn(trail),
        'aws:SourceAccount': trail.account,
        's3:x-amz-acl': 'bucket-owner-full-control',
      },
    } as const;
    this.#cloud.tell(request);
    if (owner !== undefined && !admits(this.#cloud.store, buckets.bucketPolicy(trail.bucket), owner, request)) {
      throw new AwsError('AccessDenied', `the policy of the bucket ${trail.bucket} does not let ${arn} write`, 403);
    }
  }

  #update(trail: StoredTrail, changes: Partial<StoredTrail>): void {
    const current = this.#cloud.store.get<StoredTrail>(TRAILS, trailArn(trail));
    if (current !== undefined) this.#cloud.store.put(TRAILS, trailArn(trail), { ...current, ...changes });
  }

  #keyOf(trail: StoredTrail, account: string, region: string, now: number): string {
    const time = new Date(now).toISOString();
    const stamp = `${time.slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
    const random = randomBytes(12).toString('base64').replaceAll(/[+/]/g, 'x').slice(0, 16);
    const name = `${account}_CloudTrail_${region}_${stamp}_${random}.json.gz`;
    return [...this.#rootOf(trail, account), 'CloudTrail', region, dayOf(time), name].join('/');
  }

  #digestKeyOf(trail: StoredTrail, { account, region, end }: DueDigest): string {
    const time = new Date(end).toISOString();
    const stamp = `${time.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
    const name = `${account}_CloudTrail-Digest_${region}_${trail.name}_${trail.region}_${stamp}.json.gz`;
    return [...this.#rootOf(trail, account), 'CloudTrail-Digest', region, dayOf(time), name].join('/');
  }

  #rootOf(trail: StoredTrail, account: string): string[] {
    const organization = trail.organization ? organizationOf(this.#cloud.store, trail.account) : undefined;
    const prefix = trail.prefix === undefined ? [] : [trail.prefix];
    return [...prefix, 'AWSLogs', ...(organization === undefined ? [] : [organization]), account];
  }
}

function dayOf(time: string): string {
  return time.slice(0, 10).replaceAll('-', '/');
}
