import { describe, expect, test } from '@jest/globals';
import type { CfnResource, CfnTemplate } from './aviation.ts';
import { pipelineAppOf } from './pipeline.ts';

const stacksOf = (app: ReturnType<typeof pipelineAppOf>) =>
  app.synth().stacks.map(({ stackName, template }) => ({ stackName, template: template as CfnTemplate }));
const [first] = stacksOf(pipelineAppOf());
const [other] = stacksOf(pipelineAppOf({ backup: { without: 'the sources keep every file that they send' } }));
const [withBackup, without] = [first?.template ?? { Resources: {} }, other?.template ?? { Resources: {} }];
const of = (type: string, { Resources } = withBackup): CfnResource[] =>
  Object.values(Resources).filter((resource) => resource.Type === type);
const LANDING = 'shop-sales-landing-210000000011-eu-central-1';

describe("the stack of a domain's repository", () => {
  test('is named after the domain, and so are its bucket, its role and its queue', () => {
    expect(first?.stackName).toBe('shop-sales-pipeline');
    expect(of('AWS::S3::Bucket').map(({ Properties }) => Properties?.BucketName)).toContain(LANDING);
    expect(of('AWS::IAM::Role').map(({ Properties }) => Properties?.RoleName)).toContain('shop-sales-pipeline');
    expect(of('AWS::SQS::Queue').map(({ Properties }) => Properties?.QueueName)).toContain('shop-sales-pipeline.fifo');
  });

  test('keeps what landed as long as the contract keeps what is made of it', () => {
    const bucket = of('AWS::S3::Bucket').find(({ Properties }) => Properties?.BucketName === LANDING);
    expect(bucket).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
        LifecycleConfiguration: {
          Rules: expect.arrayContaining([
            expect.objectContaining({ Id: 'landed-orders', Prefix: 'orders/', ExpirationInDays: 3 * 365 }),
            expect.objectContaining({ Id: 'quarantine', ExpirationInDays: 90 }),
          ]),
        },
      },
    });
  });

  test('has a raw table for each folder, and leaves the product tables to the Lambda', () => {
    const tables = of('AWS::Glue::Table').map(({ Properties }) => Properties);
    expect(tables.map((table) => table?.DatabaseName)).toEqual(['sales_landing', 'sales_landing', 'sales_landing']);
    const types = tables.map((table) => {
      const { StorageDescriptor } = (table?.TableInput ?? {}) as {
        StorageDescriptor?: { Columns: { Type: string }[] };
      };
      return new Set(StorageDescriptor?.Columns.map(({ Type }) => Type)).size;
    });
    // Text from CSV and JSON, types of their own from Parquet.
    expect(types.toSorted()).toEqual([1, 1, 4]);
  });

  test('starts each step by files of its own folder, in the group of the table that it writes', () => {
    const rules = of('AWS::Events::Rule').map(({ Properties }) => Properties as Record<string, unknown>);
    const files = rules.filter(({ EventPattern }) => JSON.stringify(EventPattern).includes('aws.s3'));
    expect(files).toHaveLength(3);
    for (const { Targets } of files) {
      expect(Targets).toMatchObject([{ SqsParameters: { MessageGroupId: 'orders.orders' } }]);
      expect(JSON.stringify(Targets)).toMatch(/aws\.events\.event\.json/);
    }
  });

  test('rings when the table is older than promised', () => {
    const late = of('AWS::CloudWatch::Alarm').filter(({ Properties }) => Properties?.MetricName === 'SecondsLate');
    expect(late).toMatchObject([{ Properties: { Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' } }]);
  });

  test('backs both buckets up, or says that it does not', () => {
    const [selection] = of('AWS::Backup::BackupSelection');
    expect(JSON.stringify(selection)).toContain('arn:aws:s3:::shop-sales-210000000011-eu-central-1');
    expect(of('AWS::Backup::BackupSelection', without)).toEqual([]);
  });

  test('is attributed to its domain', () => {
    const [queue] = of('AWS::SQS::Queue');
    expect(queue?.Properties?.Tags).toEqual(
      expect.arrayContaining([
        { Key: 'weft:domain', Value: 'sales' },
        { Key: 'weft:mesh', Value: 'shop' },
      ]),
    );
  });
});
