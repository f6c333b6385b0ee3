import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { addDomainPipeline } from '#stacks/pipeline/pipeline-app.ts';
import { repositoryOf } from '../pipeline/repository.ts';
import { LAMBDAS } from './aviation.ts';

/** The stack of a template, with a file of its pipeline changed. */
function stackOf(template: string, file?: string, change: (text: string) => string = (text) => text): Template {
  const folder = repositoryOf(template);
  try {
    if (file !== undefined) {
      const path = join(folder, 'pipeline', file);
      writeFileSync(path, change(readFileSync(path, 'utf8')));
    }
    const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
    const options = { folder, backup: { without: 'a test' }, lambdas: LAMBDAS };
    return Template.fromStack(addDomainPipeline(app, options));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('a source elsewhere', () => {
  const template = stackOf('federated-source');

  test('is a catalog over a connection, whose password is in a secret and in nothing else', () => {
    const role = { 'Fn::GetAtt': [Match.stringLikeRegexp('Connector'), 'Arn'] };
    template.hasResourceProperties('AWS::Athena::DataCatalog', {
      Name: 'sales_crm',
      Type: 'FEDERATED',
      Parameters: {
        'connection-arn': 'arn:aws:glue:eu-central-1:210000000011:connection/shop-sales_crm',
        'lambda-role-arn': role,
      },
    });
    template.hasResourceProperties('AWS::Glue::Connection', {
      ConnectionInput: {
        ConnectionType: 'POSTGRESQL',
        ConnectionProperties: {
          HOST: 'crm.internal.example',
          PORT: '5432',
          DATABASE: 'crm',
          JDBC_PARAMS: 'sslmode=require',
        },
        AuthenticationConfiguration: {
          AuthenticationType: 'BASIC',
          SecretArn: { Ref: Match.stringLikeRegexp('Secret') },
        },
      },
    });
    template.hasResource('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'Retain',
      Properties: { KmsKeyId: Match.anyValue(), SecretString: Match.absent(), GenerateSecretString: Match.anyValue() },
    });
    template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', { RotateImmediatelyOnUpdate: false });
  });

  test('is reached from a network without a way out, on one port of one range of addresses', () => {
    template.resourceCountIs('AWS::EC2::InternetGateway', 0);
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: [
        Match.objectLike({ CidrIp: '10.20.0.0/24', FromPort: 5432, ToPort: 5432 }),
        Match.objectLike({ FromPort: 443, ToPort: 443 }),
      ],
    });
    template.hasResourceProperties('AWS::Lambda::Function', { VpcConfig: { SubnetIds: [Match.anyValue()] } });
  });

  test('is for the pipeline and the producers of the domain', () => {
    const [policy] = Object.values(template.findResources('AWS::IAM::ManagedPolicy')).filter((one) =>
      JSON.stringify(one).includes('athena:GetDataCatalog'),
    );
    expect(policy?.Properties.Roles).toEqual([{ Ref: expect.stringContaining('RunnerRole') }, 'shop-sales-producer']);
  });

  test('lets the pipeline leave a run that is put off in its queue, and put one like it there', () => {
    const policies = Object.values(template.findResources('AWS::IAM::Policy')).map((one) => JSON.stringify(one));
    const [own] = policies.filter((policy) => policy.includes('sqs:ReceiveMessage'));
    expect(own).toContain('sqs:ChangeMessageVisibility');
    expect(own).toContain('sqs:SendMessage');
  });

  test('may stand in a network that is there', () => {
    const there = stackOf('federated-source', 'sources.yaml', (text) =>
      text.replace(/network: \{.*\}/, 'network: { subnet: subnet-1, zone: eu-central-1a, securityGroup: sg-1 }'),
    );
    there.resourceCountIs('AWS::EC2::VPC', 0);
    there.hasResourceProperties('AWS::Glue::Connection', {
      ConnectionInput: {
        PhysicalConnectionRequirements: {
          SubnetId: 'subnet-1',
          AvailabilityZone: 'eu-central-1a',
          SecurityGroupIdList: ['sg-1'],
        },
      },
    });
  });
});

describe('a stream of events', () => {
  const template = stackOf('event-stream');

  test('takes the rows of one table from the producers of the domain, and what is not taken waits', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: 'shop-sales',
      EventPattern: {
        account: ['210000000011'],
        source: ['weft.rows.sales'],
        'detail-type': ['RowsChanged'],
        detail: { data: { product: ['shipments'], major: [1], table: ['scans'] } },
      },
      Targets: [Match.objectLike({ RoleArn: Match.anyValue(), DeadLetterConfig: Match.anyValue() })],
    });
  });

  test('is encrypted by the key of the domain, and brings lines below the folder of the raw table', () => {
    template.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamName: 'shop-sales-scans',
      DeliveryStreamEncryptionConfigurationInput: { KeyType: 'CUSTOMER_MANAGED_CMK' },
      ExtendedS3DestinationConfiguration: {
        Prefix: 'scans/!{timestamp:yyyy-MM-dd}/',
        ErrorOutputPrefix: 'failed/scans/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/',
        ProcessingConfiguration: { Processors: [Match.objectLike({ Type: 'AppendDelimiterToRecord' })] },
      },
    });
  });
});
