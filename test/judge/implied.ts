import type { Cloud } from '#local/core/cloud.ts';
import { type Table, tablesNamespace } from '#local/services/dynamodb/table.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { findSecret } from '#local/services/secrets-manager/model.ts';

/** What a service asks of KMS in its caller's name. */
export interface Implied {
  readonly action: 'kms:Decrypt' | 'kms:GenerateDataKey';
  /** The ARN of the key. */
  readonly resource: string;
  /** `s3.us-east-1.amazonaws.com`. */
  readonly via: string;
}

type Uses = readonly Implied['action'][];

const S3: Readonly<Record<string, Uses>> = {
  's3:GetObject': ['kms:Decrypt'],
  's3:GetObjectVersion': ['kms:Decrypt'],
  's3:PutObject': ['kms:GenerateDataKey'],
};

const SECRETS: Readonly<Record<string, Uses>> = {
  'secretsmanager:GetSecretValue': ['kms:Decrypt'],
  'secretsmanager:PutSecretValue': ['kms:GenerateDataKey', 'kms:Decrypt'],
  'secretsmanager:CreateSecret': ['kms:GenerateDataKey', 'kms:Decrypt'],
};

/** Reads and writes of items and of streams; everything of an encrypted table goes through its key. */
const ITEMS = /^dynamodb:(?:(?:BatchGet|BatchWrite|ConditionCheck|Delete|Get|Put|Update)Item|Query|Scan|GetRecords)$/;

/** The questions to KMS behind an action on something that a customer's key encrypts. */
export function implied(cloud: Cloud, action: string, resource: string): Implied[] {
  const [, , service = '', region = cloud.region, account = '', ...rest] = resource.split(':');
  const through = (uses: Uses, key: string | undefined) =>
    key === undefined
      ? []
      : uses.map((use) => ({ action: use, resource: key, via: `${service}.${region || cloud.region}.amazonaws.com` }));
  if (S3[action] !== undefined) {
    return through(S3[action], cloud.service(S3Service).defaultKey(rest.join(':').split('/')[0] ?? ''));
  }
  if (SECRETS[action] !== undefined)
    return through(SECRETS[action], findSecret({ cloud, account, region }, resource)?.kmsKeyId);
  if (!ITEMS.test(action)) return [];
  const name = rest.join(':').split('/')[1] ?? '';
  const table = cloud.store.get<Table>(tablesNamespace(account, region), name);
  const key = table?.encryption?.KMSMasterKeyId;
  return through(['kms:Decrypt'], typeof key === 'string' ? key : undefined);
}
