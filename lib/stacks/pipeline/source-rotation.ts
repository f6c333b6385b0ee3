import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule, type Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { DomainRepository } from '#constructs/domain-repository.ts';
import { MeshFunction } from '#constructs/mesh-function.ts';
import type { DatabaseSource } from '#mesh/pipeline/sources.ts';
import type { NetworkPlace } from './source-network.ts';

/** Every so many days the user who reads a source gives itself another password. */
const ROTATE_DAYS = 30;

/** What a function needs to stand in a network. */
export const NETWORK_INTERFACES = (): PolicyStatement =>
  new PolicyStatement({
    sid: 'Network',
    actions: ['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface'],
    resources: ['*'],
  });

export interface SourceRotation {
  readonly repository: DomainRepository;
  readonly source: DatabaseSource;
  readonly secret: Secret;
  readonly key: IKey;
  readonly place: NetworkPlace;
  readonly lambdas?: string;
}

/**
 * Rotates the password of a source by a function that stands where the connector does. It needs no administrator: users of PostgreSQL change their own passwords. Nothing
 * rotates when the stack is deployed, for the user may not be there yet.
 */
export function rotate(scope: Construct, { repository, source, secret, key, place, lambdas }: SourceRotation): void {
  const { topology, domain } = repository;
  const { region } = Stack.of(scope);
  const rotation = new MeshFunction(scope, 'Rotation', {
    name: 'rotate-secret',
    description: `Rotates the password by which ${domain.name} reads ${source.name}`,
    environment: {
      WEFT_MESH: topology.mesh,
      WEFT_REGION: topology.region,
      WEFT_SOURCE_HOST: source.host,
      WEFT_SOURCE_PORT: String(source.port),
      WEFT_SOURCE_DATABASE: source.database,
      WEFT_SOURCE_TLS: source.sslmode,
    },
    logsKey: key,
    lambdas,
    timeout: Duration.minutes(1),
    memorySize: 256,
    deadLetters: { without: 'Secrets Manager waits for each answer and tries again by itself' },
  });
  if (rotation.node.defaultChild instanceof CfnFunction) {
    rotation.node.defaultChild.vpcConfig = {
      subnetIds: [place.subnetId],
      securityGroupIds: place.securityGroupIdList,
    };
  }
  const statements = [
    NETWORK_INTERFACES(),
    new PolicyStatement({
      sid: 'Secret',
      actions: [
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      resources: [secret.secretArn],
    }),
    new PolicyStatement({ sid: 'Password', actions: ['secretsmanager:GetRandomPassword'], resources: ['*'] }),
    new PolicyStatement({
      sid: 'SecretKey',
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
    }),
  ];
  for (const statement of statements) rotation.addToRolePolicy(statement);
  rotation.addPermission('SecretsManager', {
    principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
    sourceAccount: domain.account,
    sourceArn: secret.secretArn,
  });
  const schedule = new CfnRotationSchedule(scope, 'RotationSchedule', {
    secretId: secret.secretArn,
    rotationLambdaArn: rotation.functionArn,
    rotationRules: { automaticallyAfterDays: ROTATE_DAYS },
    rotateImmediatelyOnUpdate: false,
  });
  schedule.node.addDependency(rotation);
}
