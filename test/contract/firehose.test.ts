import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, expect, test } from '@jest/globals';
import { FirehoseService } from '#local/services/firehose/service.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { describeBackends } from './harness.ts';
import { type JsonClient, jsonClient } from './json-client.ts';

const record = (text: string) => ({ Data: Buffer.from(text).toString('base64') });

describeBackends(
  'Firehose',
  { moto: true, services: (cloud) => [new S3Service(cloud), new FirehoseService(cloud)] },
  (backend) => {
    let firehose: JsonClient;
    const named = { DeliveryStreamName: 'scans' };
    const create = (more: object = {}) =>
      firehose.send('CreateDeliveryStream', {
        ...named,
        DeliveryStreamType: 'DirectPut',
        ExtendedS3DestinationConfiguration: {
          RoleARN: `arn:aws:iam::${backend.account}:role/delivery`,
          BucketARN: `arn:aws:s3:::landing-${backend.account}`,
          Prefix: 'scans/',
          BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 1 },
        },
        ...more,
      });
    const description = async () => {
      const answer = await firehose.send('DescribeDeliveryStream', named);
      return (answer as { DeliveryStreamDescription: { VersionId: string } }).DeliveryStreamDescription;
    };

    beforeEach(async () => {
      firehose = backend.client(jsonClient('firehose', 'Firehose_20150804'));
      await backend.client(S3Client).send(new CreateBucketCommand({ Bucket: `landing-${backend.account}` }));
    });

    test('a stream is made once, told of, listed and deleted', async () => {
      const { DeliveryStreamARN } = (await create()) as { DeliveryStreamARN: string };
      expect(DeliveryStreamARN).toBe(`arn:aws:firehose:us-east-1:${backend.account}:deliverystream/scans`);
      expect(await description()).toMatchObject({
        DeliveryStreamARN,
        DeliveryStreamStatus: 'ACTIVE',
        VersionId: '1',
        Destinations: [{ DestinationId: 'destinationId-000000000001' }],
      });
      await expect(create()).rejects.toMatchObject({ name: 'ResourceInUseException' });
      expect(await firehose.send('ListDeliveryStreams', {})).toEqual({
        DeliveryStreamNames: ['scans'],
        HasMoreDeliveryStreams: false,
      });
      await firehose.send('DeleteDeliveryStream', named);
      await expect(description()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    });

    test('records are taken one by one and in batches', async () => {
      await create();
      expect(await firehose.send('PutRecord', { ...named, Record: record('a') })).toMatchObject({
        RecordId: expect.any(String),
      });
      const Records = [record('b'), record('c')];
      expect(await firehose.send('PutRecordBatch', { ...named, Records })).toMatchObject({
        FailedPutCount: 0,
        RequestResponses: [{ RecordId: expect.any(String) }, { RecordId: expect.any(String) }],
      });
      await expect(
        firehose.send('PutRecord', { DeliveryStreamName: 'other', Record: record('a') }),
      ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    });

    test('a destination is changed by who knows its version', async () => {
      await create();
      const change = (CurrentDeliveryStreamVersionId: string) =>
        firehose.send('UpdateDestination', {
          ...named,
          CurrentDeliveryStreamVersionId,
          DestinationId: 'destinationId-000000000001',
          ExtendedS3DestinationUpdate: { Prefix: 'other/' },
        });
      await expect(change('7')).rejects.toMatchObject({ name: 'ConcurrentModificationException' });
      await change('1');
      expect(await description()).toMatchObject({ VersionId: '2' });
    });

    test('encryption and tags come and go', async () => {
      await create({ Tags: [{ Key: 'k', Value: 'v' }] });
      await firehose.send('StartDeliveryStreamEncryption', {
        ...named,
        DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
      });
      expect(await description()).toMatchObject({ DeliveryStreamEncryptionConfiguration: { Status: 'ENABLED' } });
      await firehose.send('StopDeliveryStreamEncryption', named);
      expect(await description()).toMatchObject({ DeliveryStreamEncryptionConfiguration: { Status: 'DISABLED' } });
      await firehose.send('TagDeliveryStream', { ...named, Tags: [{ Key: 'l', Value: 'w' }] });
      await firehose.send('UntagDeliveryStream', { ...named, TagKeys: ['k'] });
      expect(await firehose.send('ListTagsForDeliveryStream', named)).toMatchObject({
        Tags: [{ Key: 'l', Value: 'w' }],
      });
    });
  },
);
