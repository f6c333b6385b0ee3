import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  CloudTrailClient,
  CreateTrailCommand,
  ListPublicKeysCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, GetObjectCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type TrailKeyValue, trailCrypto } from '#cli/trail-crypto.ts';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { setOrganization } from '#local/core/organization.ts';
import { CloudTrailService } from '#local/services/cloudtrail/service.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { SqsService } from '#local/services/sqs/service.ts';
import { type Digest, signedText } from '#mesh/audit/digest/digest.ts';
import { type TrailFiles, verifyTrail } from '#mesh/audit/digest/verify.ts';

const ROLE = 'arn:aws:iam::111111111111:role/auditor';
const MEMBER = 'arn:aws:iam::222222222222:role/analyst';
const HOUR = 3_600_000;

interface Kept {
  readonly content: Buffer;
  readonly signature?: string;
}

let cloud: Cloud;
let honest: Map<string, Kept>;
let keys: TrailKeyValue[];

const at = (files: ReadonlyMap<string, Kept>, bucket = 'logs'): TrailFiles => ({
  bucket,
  keys: [...files.keys()],
  read: async (key) => files.get(key) ?? {},
});
const verify = (files: ReadonlyMap<string, Kept>, known = keys, now?: number) =>
  verifyTrail(at(files), trailCrypto(known), now);
const digestsOf = (files: ReadonlyMap<string, Kept>) =>
  [...files.keys()].filter((key) => key.includes('Digest')).sort();
const logsOf = (files: ReadonlyMap<string, Kept>) => [...files.keys()].filter((key) => !key.includes('Digest')).sort();
const rewritten = (kept: Kept | undefined, change: (digest: Record<string, unknown>) => object): Kept => {
  const digest = JSON.parse(kept?.content.toString() ?? '{}') as Record<string, unknown>;
  return { ...kept, content: Buffer.from(JSON.stringify({ ...digest, ...change(digest) })) };
};

beforeAll(async () => {
  const clock = new Clock(Date.parse('2026-03-10T10:07:30Z'));
  cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')), clock });
  for (const type of [SqsService, S3Service, CloudTrailService]) cloud.register(new type(cloud));
  for (const account of ['111111111111', '222222222222']) setOrganization(cloud.store, account, 'o-mesh');
  const s3 = new S3Client(cloud.clientConfig(ROLE));
  await s3.send(new CreateBucketCommand({ Bucket: 'logs' }));
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Action: 's3:PutObject',
    Resource: 'arn:aws:s3:::logs/AWSLogs/*',
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await s3.send(new PutBucketPolicyCommand({ Bucket: 'logs', Policy }));
  const client = new CloudTrailClient(cloud.clientConfig(ROLE));
  const more = { IsOrganizationTrail: true, EnableLogFileValidation: true };
  await client.send(new CreateTrailCommand({ Name: 'org', S3BucketName: 'logs', ...more }));
  await client.send(new StartLoggingCommand({ Name: 'org' }));
  for (let hour = 0; hour < 5; hour += 1) {
    for (const role of hour === 3 ? [] : [ROLE, MEMBER]) {
      await new SQSClient(cloud.clientConfig(role)).send(new CreateQueueCommand({ QueueName: `work${hour}` }));
      await cloud.settle();
    }
    clock.advance(HOUR);
    await cloud.settle();
  }
  const { PublicKeyList = [] } = await client.send(
    new ListPublicKeysCommand({ StartTime: new Date(0), EndTime: new Date('2027-01-01') }),
  );
  keys = PublicKeyList.map(({ Fingerprint = '', Value = new Uint8Array() }) => ({
    fingerprint: Fingerprint,
    value: Buffer.from(Value).toString('base64'),
  }));
  honest = new Map();
  for (const { key } of cloud.service(S3Service).listKeys('logs', 'AWSLogs/')) {
    const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket: 'logs', Key: key }));
    const content = gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array());
    honest.set(key, { content, ...(Metadata?.signature === undefined ? {} : { signature: Metadata.signature }) });
  }
});
afterAll(() => cloud.close());

describe('digests of log files', () => {
  test('come every hour for each account, also when nothing happened', () => {
    expect(digestsOf(honest)).toEqual(
      ['111111111111', '222222222222'].flatMap((account) =>
        ['110730', '120730', '130730', '140730', '150730'].map(
          (time) =>
            `AWSLogs/o-mesh/${account}/CloudTrail-Digest/us-east-1/2026/03/10/${account}_CloudTrail-Digest_us-east-1_org_us-east-1_20260310T${time}Z.json.gz`,
        ),
      ),
    );
    const [, , , idle = ''] = digestsOf(honest);
    expect(JSON.parse(honest.get(idle)?.content.toString() ?? '')).toMatchObject({
      logFiles: [],
      newestEventTime: null,
    });
  });

  test('are sound, and tell of every log file', async () => {
    const verdict = await verify(honest, keys, Date.parse('2026-03-10T16:00:00Z'));
    expect(verdict).toMatchObject({ digests: 10, logs: logsOf(honest).length, pending: 0, unsigned: [], faults: [] });
    expect(verdict.chains.map(({ from, to }) => [from, to])).toEqual([
      ['2026-03-10T10:07:30Z', '2026-03-10T15:07:30Z'],
      ['2026-03-10T10:07:30Z', '2026-03-10T15:07:30Z'],
    ]);
  });

  test('a clock that is moved by months makes one digest of the idle time', async () => {
    const before = cloud.service(S3Service).listKeys('logs', 'AWSLogs/').length;
    cloud.clock.advance(90 * 24 * HOUR);
    await cloud.settle();
    expect(cloud.service(S3Service).listKeys('logs', 'AWSLogs/').length - before).toBeLessThan(10);
  });
});

/** What somebody does to the files, and what is told of it. */
const TAMPERING: Readonly<Record<string, [(files: Map<string, Kept>) => string | undefined, RegExp]>> = {
  'a changed log file': [
    (files) => {
      const [key = ''] = logsOf(files);
      const content = Buffer.from(files.get(key)?.content ?? '');
      content[9] = (content[9] ?? 0) ^ 1;
      files.set(key, { content });
      return key;
    },
    /^changed-log/,
  ],
  'a log file that is gone': [(files) => remove(files, logsOf(files)[1]), /^missing-log/],
  'a log file that nobody delivered': [
    (files) => {
      const key = (logsOf(files)[0] ?? '').replace(/_[^_]+\.json\.gz$/, '_forgedforgedforg.json.gz');
      files.set(key, { content: Buffer.from('{"Records":[]}') });
      return key;
    },
    /^unlisted/,
  ],
  'two log files exchanged': [
    (files) => {
      const [one = '', other = ''] = logsOf(files);
      const [first, second] = [files.get(one), files.get(other)];
      files.set(one, second as Kept).set(other, first as Kept);
      return one;
    },
    /^changed-log/,
  ],
  'a digest that is gone': [(files) => remove(files, digestsOf(files)[2]), /^missing-digest/],
  'a changed digest': [
    (files) => {
      const key = digestsOf(files)[1] ?? '';
      files.set(
        key,
        rewritten(files.get(key), () => ({ logFiles: [] })),
      );
      return key;
    },
    /^changed-digest/,
  ],
  'a digest in the place of another': [
    (files) => {
      const [, one = '', other = ''] = digestsOf(files);
      files.set(other, files.get(one) as Kept);
      return other;
    },
    /^(wrong-place|changed-digest)/,
  ],
  'a newest digest that was changed': [
    (files) => {
      const key = digestsOf(files)[4] ?? '';
      files.set(
        key,
        rewritten(files.get(key), () => ({ digestEndTime: '2026-03-10T23:00:00Z' })),
      );
      return key;
    },
    /^changed-digest/,
  ],
  'a file that cannot be unpacked': [
    (files) => {
      const key = digestsOf(files)[0] ?? '';
      files.set(key, { content: Buffer.from('\u0000') });
      return key;
    },
    /^unreadable/,
  ],
  'a chain forged with a key of somebody else': [
    (files) => {
      const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const own = digestsOf(files).filter((key) => key.includes('/222222222222/'));
      let last: { signature: string; hash: string } | undefined;
      for (const key of own) {
        const forged = rewritten(files.get(key), () => ({
          logFiles: [],
          ...(last && { previousDigestSignature: last.signature, previousDigestHashValue: last.hash }),
        }));
        const digest = JSON.parse(forged.content.toString()) as Digest;
        const hash = trailCrypto([]).hash(forged.content);
        const signature = sign('sha256', Buffer.from(signedText(digest, hash)), pair.privateKey).toString('hex');
        last = { signature, hash };
        files.set(key, { content: forged.content, signature });
      }
      return own[0];
    },
    /^changed-digest/,
  ],
};

function remove(files: Map<string, Kept>, key: string | undefined): string | undefined {
  files.delete(key ?? '');
  return key;
}

describe('the verification tells', () => {
  test.each(Object.entries(TAMPERING))('%s', async (_, [tamper, expected]) => {
    const files = new Map(honest);
    const key = tamper(files);
    const { faults } = await verify(files);
    expect(faults.map((fault) => `${fault.kind} ${fault.key}`)).toContainEqual(expect.stringMatching(expected));
    expect(faults.map((fault) => fault.key)).toContain(key);
  });

  test('a gap in time, where logging was stopped and begun again', async () => {
    const files = new Map(honest);
    const own = digestsOf(files).filter((key) => key.includes('/111111111111/'));
    for (const key of own.slice(1, 3)) files.delete(key);
    const fourth = own[3] ?? '';
    const restarted = rewritten(files.get(fourth), () => ({
      previousDigestS3Object: null,
      previousDigestHashValue: null,
      previousDigestSignature: null,
    }));
    files.set(fourth, restarted);
    const { faults } = await verify(files);
    expect(faults.map(({ kind }) => kind)).toContain('gap');
  });

  test('that every digest was taken out', async () => {
    const logs = new Map([...honest].filter(([key]) => !key.includes('Digest')));
    const places = new Set(logsOf(honest).map((key) => /\/(\d{12})\//.exec(key)?.[1]));
    for (const now of [undefined, Date.parse('2026-03-10T20:00:00Z')]) {
      const { faults } = await verify(logs, keys, now);
      expect(faults.map(({ kind }) => kind)).toEqual([...places].map(() => 'unlisted'));
    }
    expect((await verify(logs, keys, Date.parse('2026-03-10T10:30:00Z'))).faults).toEqual([]);
  });

  test('that nothing came since', async () => {
    const { faults } = await verify(honest, keys, Date.parse('2026-03-11T00:00:00Z'));
    expect([...new Set(faults.map(({ kind }) => kind))]).toEqual(['silent']);
  });

  test('that it has no key, and no signature of the newest digest', async () => {
    expect(new Set((await verify(honest, [])).faults.map(({ kind }) => kind))).toEqual(new Set(['no-key']));
    const bare = new Map([...honest].map(([key, { content }]) => [key, { content }]));
    const { unsigned, faults } = await verify(bare);
    expect([unsigned, faults]).toEqual([digestsOf(honest).filter((key) => key.includes('T150730Z')), []]);
  });

  test('another bucket than that of the files', async () => {
    const { faults } = await verifyTrail(at(honest, 'copy'), trailCrypto(keys));
    expect(faults.map(({ kind }) => kind)).toEqual(Array(10).fill('wrong-place'));
  });

  test('any bit that was turned over, and any file that is gone', async () => {
    const some = fc.nat();
    await fc.assert(
      fc.asyncProperty(some, some, fc.boolean(), async (which, bit, gone) => {
        const files = new Map(honest);
        const names = [...files.keys()];
        const key = names[which % names.length] ?? '';
        const newest = key.includes('T150730Z');
        if (gone && !newest) files.delete(key);
        else {
          const content = Buffer.from(files.get(key)?.content ?? '');
          const place = bit % content.length;
          content[place] = (content[place] ?? 0) ^ (1 << (bit % 8));
          files.set(key, { ...files.get(key), content });
        }
        expect((await verify(files)).faults.map((fault) => fault.key)).toContain(key);
      }),
      { numRuns: 60 },
    );
  });
});
