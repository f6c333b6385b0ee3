import type { Cloud } from '#local/core/cloud.ts';
import { listStacks, type ResourceRecord } from '#local/deployer/stack-record.ts';

/** What a suite's own names stand for: the same thing has the same label in every mesh, domain and account. */
export interface Labels {
  /** A role by its ARN. */
  role(arn: string): string;
  /** A resource pattern of a policy of that role. */
  resource(pattern: string, role: string): string;
}

/** The property that names a resource, by type; where a template leaves it out the name is generated. */
const NAMES: Readonly<Record<string, string | undefined>> = {
  'AWS::ApiGateway::RestApi': undefined,
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::KMS::Key': undefined,
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SQS::Queue': 'QueueName',
};

/** The labels of everything that the stacks of a cloud made. */
export function labelsOf(cloud: Cloud): Labels {
  const records = listStacks(cloud.store).flatMap(({ account, resources }) =>
    Object.values(resources).map((record) => ({ ...record, account })),
  );
  const names = namesIn(records);
  const replaced = new Map(
    records.flatMap((record) => {
      const name = lastOf(record.physicalId ?? '');
      const property = NAMES[record.type];
      const isNamed = property !== undefined && record.properties[property] !== undefined;
      if (!(record.type in NAMES) || isNamed || name === '') return [];
      return [[name, `<${withoutHash(record.logicalId)}>`] as const];
    }),
  );
  const byLength = [...replaced].toSorted(([a], [b]) => b.length - a.length);
  const logical = new Map(
    records.flatMap(({ type, account, physicalId, logicalId, properties }) =>
      type === 'AWS::IAM::Role' && properties.RoleName === undefined
        ? [[`${account} ${physicalId}`, withoutHash(logicalId)] as const]
        : [],
    ),
  );
  return {
    role(arn) {
      const name = lastOf(arn);
      return logical.get(`${arn.split(':')[4]} ${name}`) ?? names.plain(name);
    },
    resource(pattern, role) {
      const own = role.split(':')[4] ?? '';
      let text = pattern;
      for (const [name, label] of byLength) text = text.replaceAll(name, label);
      return (
        names
          .plain(text)
          .replaceAll(own, '<own>')
          // Secrets Manager puts six characters behind a name, another six each time.
          .replace(/(:secret:.*)-[0-9A-Za-z]{6}$/, '$1-<suffix>')
          .replaceAll(/\b\d{12}\b/g, '<other>')
          .replaceAll(/\b[a-z]{2}-[a-z]+-\d\b/g, '<region>')
      );
    },
  };
}

/** The name of the mesh and those of its domains, which its roles bear. */
function namesIn(records: readonly ResourceRecord[]) {
  const roles = records.flatMap(({ type, properties }) =>
    type === 'AWS::IAM::Role' ? String(properties.RoleName ?? '') : [],
  );
  const mesh = roles.flatMap((name) => /^(.+)-reconcile$/.exec(name)?.[1] ?? [])[0] ?? '';
  const domains = roles.flatMap((name) => {
    const rest = name.startsWith(`${mesh}-`) ? name.slice(mesh.length + 1) : '';
    // A domain that is enrolled and not deployed yet has a directory only; so has the audit account.
    const domain = /^(.+)-(?:analyst|directory)$/.exec(rest)?.[1];
    return domain === undefined || domain === 'audit' ? [] : domain;
  });
  const known = [
    ...domains.flatMap((name) => [name, name.replaceAll('-', '_')]).map((name) => [name, '<domain>'] as const),
    [mesh, '<mesh>'] as const,
  ].toSorted(([a], [b]) => b.length - a.length);
  return {
    plain(text: string): string {
      return known.reduce((label, [name, sign]) => (name === '' ? label : label.replaceAll(name, sign)), text);
    },
  };
}

/** A logical id without what the CDK adds to make it unique. */
function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '').replace(/(?<=ForTarget)[0-9a-f]{6}$/, '');
}

function lastOf(id: string): string {
  return id.split('/').at(-1) ?? id;
}
