import { type Family, nameOf, pick, rules } from './resource.ts';

const ENCRYPTION = 'DeliveryStreamEncryptionConfigurationInput';

export const firehose: Family = {
  'AWS::KinesisFirehose::DeliveryStream': {
    nameProperty: 'DeliveryStreamName',
    properties: rules({
      update: `ExtendedS3DestinationConfiguration ${ENCRYPTION} Tags`,
      replace: 'DeliveryStreamName DeliveryStreamType',
    }),
    async create(request) {
      const DeliveryStreamName = nameOf(request, 'DeliveryStreamName', 64);
      const { DeliveryStreamARN } = await request.call<{ DeliveryStreamARN: string }>(
        'firehose',
        'CreateDeliveryStream',
        {
          ...request.properties,
          DeliveryStreamName,
        },
      );
      return { id: DeliveryStreamName, attributes: { Arn: DeliveryStreamARN } };
    },
    async update({ call, id, attributes, properties }) {
      const { DeliveryStreamDescription } = await call<{ DeliveryStreamDescription: { VersionId: string } }>(
        'firehose',
        'DescribeDeliveryStream',
        { DeliveryStreamName: id },
      );
      await call('firehose', 'UpdateDestination', {
        DeliveryStreamName: id,
        CurrentDeliveryStreamVersionId: DeliveryStreamDescription.VersionId,
        DestinationId: 'destinationId-000000000001',
        ExtendedS3DestinationUpdate: properties.ExtendedS3DestinationConfiguration,
      });
      const operation =
        properties[ENCRYPTION] === undefined ? 'StopDeliveryStreamEncryption' : 'StartDeliveryStreamEncryption';
      await call('firehose', operation, { ...pick(properties, ENCRYPTION), DeliveryStreamName: id });
      return { id, attributes };
    },
    async delete({ call, id }) {
      await call('firehose', 'DeleteDeliveryStream', { DeliveryStreamName: id });
    },
  },
};
