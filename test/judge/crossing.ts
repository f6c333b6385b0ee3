import type { Cloud } from '#local/core/cloud.ts';
import { callerFor } from '#local/core/cloud.ts';
import { domainSource, MESH_SOURCE, productSource } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Keys } from './circumstances.ts';
import type { Labels } from './labels.ts';
import { questionOf } from './question.ts';
import { fits } from './resource-class.ts';
import type { Installed, Principal } from './separation/installed.ts';
import type { Verdicts } from './verdicts.ts';

/** What may be tried on a resource of a type. */
const TRIED: Readonly<Record<string, readonly string[]>> = {
  'AWS::S3::Bucket': ['s3:ListBucket', 's3:PutBucketPolicy'],
  'AWS::KMS::Key': ['kms:CreateGrant', 'kms:Decrypt', 'kms:GenerateDataKey', 'kms:PutKeyPolicy', 'kms:Sign'],
  'AWS::SQS::Queue': ['sqs:DeleteMessage', 'sqs:ReceiveMessage', 'sqs:SendMessage', 'sqs:SetQueueAttributes'],
  'AWS::Lambda::Function': ['lambda:AddPermission', 'lambda:InvokeFunction', 'lambda:UpdateFunctionCode'],
  'AWS::Events::EventBus': ['events:PutEvents'],
  'AWS::DynamoDB::Table': ['dynamodb:DeleteTable', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
  'AWS::Glue::Database': ['glue:DeleteDatabase', 'glue:GetDatabase'],
  'AWS::Glue::Table': ['glue:DeleteTable', 'glue:GetTable', 'glue:UpdateTable'],
  'AWS::Athena::WorkGroup': ['athena:GetQueryResults', 'athena:StartQueryExecution', 'athena:UpdateWorkGroup'],
  'AWS::IAM::Role': ['iam:PassRole', 'iam:PutRolePolicy', 'sts:AssumeRole'],
  'AWS::Logs::LogGroup': ['logs:DeleteLogGroup', 'logs:FilterLogEvents'],
  'AWS::Scheduler::Schedule': ['scheduler:UpdateSchedule'],
  'AWS::SecretsManager::Secret': ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
};

const ON_OBJECTS = ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:GetObject', 's3:PutObject'];

/** Services whose resources have a policy of their own here: both sides are asked. Of all others the identity's side alone must not be open. */
const BOTH_SIDES = /^(?:events|kms|lambda|s3|secretsmanager|sqs|sts):/;

/** Something that a principal of another account may try. */
interface Trial {
  readonly action: string;
  readonly arn: string;
  readonly owner: string;
  /** `domain queue <AgentIntents>`. */
  readonly on: string;
  /** Circumstances of which whoever tries picks one. */
  readonly circumstances: readonly Keys[];
}

/** Somebody who may do something across accounts. */
export interface Crossing {
  readonly who: string;
  readonly action: string;
  readonly on: string;
}

/** A crossing in a line. */
export function crossingLine({ who, action, on }: Crossing): string {
  return `${who}: ${action} on ${on}`;
}

export interface Table {
  readonly cloud: Cloud;
  readonly topology: Topology;
  readonly labels: Labels;
  readonly verdicts: Verdicts;
}

/** Everything that principals may do to resources of accounts other than their own, in words that are the same for every domain. */
export async function crossings(
  table: Table,
  principals: readonly Principal[],
  resources: readonly Installed[],
): Promise<Crossing[]> {
  const found = new Map<string, Crossing>();
  const keys = objectKeys(principals, resources);
  for (const principal of principals) {
    const who = table.labels.role(principal.arn);
    const allows = allowedIn(principal);
    for (const resource of resources) {
      if (resource.account === principal.account) continue;
      for (const trial of trialsOf(table, principal, resource, keys.get(resource.arn) ?? [])) {
        const crossing = { who, action: trial.action, on: trial.on };
        const line = crossingLine(crossing);
        if (found.has(line) || !allows(trial.action, trial.arn)) continue;
        if (await succeeds(table, principal, trial)) found.set(line, crossing);
      }
    }
  }
  return [...found.values()].toSorted((a, b) => crossingLine(a).localeCompare(crossingLine(b)));
}

async function succeeds(
  { cloud, verdicts }: Table,
  { name, arn, policies }: Principal,
  trial: Trial,
): Promise<boolean> {
  const { action, arn: resource } = trial;
  const caller = callerFor(arn, 'whoever');
  const identity = policies.map(({ policy }) => JSON.stringify(policy));
  // Of an administrator the own side says nothing.
  const mayEverything = name.startsWith('administrator');
  for (const keys of trial.circumstances) {
    const { question } = questionOf(cloud, caller, { action, resource, keys });
    // Whose resource it is stays what policies ask for; the account decides only whether the other side has to allow too.
    const isBoth = BOTH_SIDES.test(action) || mayEverything;
    const asked = { ...question, owner: isBoth ? trial.owner : caller.account };
    const context = { ...asked.keys, 'aws:ResourceAccount': trial.owner };
    if ((await verdicts.of({ ...asked, identity, keys: context })).result === 'Allowed') return true;
  }
  return false;
}

/** Whether some statement of a principal allows an action on a resource, conditions aside: of most pairs none does, and nothing has to be simulated. */
function allowedIn({ policies }: Principal): (action: string, arn: string) => boolean {
  const allowed = policies
    .flatMap(({ policy }) => [(policy as { Statement: Said | Said[] }).Statement].flat())
    .filter(({ Effect }) => Effect === 'Allow')
    .map(({ Action = [], Resource = [] }) => ({
      actions: [Action].flat().map((action) => action.toLowerCase()),
      resources: [Resource].flat(),
    }));
  return (action, arn) =>
    allowed.some(
      ({ actions, resources }) =>
        actions.some((pattern) => fits(action.toLowerCase(), pattern)) &&
        resources.some((pattern) => pattern.includes('${') || fits(arn, pattern)),
    );
}

interface Said {
  readonly Effect: string;
  readonly Action?: string | string[];
  readonly Resource?: string | string[];
}

function trialsOf(table: Table, principal: Principal, resource: Installed, keys: readonly string[]): Trial[] {
  const { type, arn, account } = resource;
  const kind = `${ownerKind(table.topology, account)} ${nameOfType(type)}`;
  const label = (text: string) => table.labels.resource(text, `arn:aws:any::${account}:`);
  const name = label(arn.replace(/^arn:aws:[^:]+:[^:]*:[^:]*:/, ''));
  const trial = (action: string, circumstances: readonly Keys[] = [{}]): Trial => ({
    action,
    arn,
    owner: account,
    on: `${kind} ${name}`,
    circumstances,
  });
  if (type === 'AWS::Events::EventBus') {
    return speakers(table.topology, principal, account).map(([as, source]) => {
      const keys = { 'events:source': source, 'events:detail-type': 'X', 'events:eventBusInvocation': 'false' };
      return { ...trial('events:PutEvents', [keys]), on: `${kind} ${name} as ${as}` };
    });
  }
  if (type === 'AWS::KMS::Key') {
    const through = ['s3', 'secretsmanager'].map((via) => ({
      'kms:ViaService': `${via}.${table.topology.region}.amazonaws.com`,
    }));
    return (TRIED[type] ?? []).map((action) => trial(action, [{}, ...through]));
  }
  const plain = (TRIED[type] ?? []).map((action) => trial(action));
  if (type !== 'AWS::S3::Bucket') return plain;
  const onObjects = keys.flatMap((key) =>
    ON_OBJECTS.map((action) => ({
      ...trial(action, [{}, { 's3:if-none-match': '*' }]),
      arn: `${arn}/${key}`,
      on: `${kind} ${name}/${label(key)}`,
    })),
  );
  return [...plain, ...onObjects];
}

/** The keys that policies tell apart in each bucket, and one that none speaks of. */
function objectKeys(principals: readonly Principal[], resources: readonly Installed[]): Map<string, string[]> {
  const texts = [
    ...principals.flatMap(({ policies }) => policies.map(({ policy }) => policy)),
    ...resources.map(({ policy }) => policy),
  ]
    .map((policy) => JSON.stringify(policy ?? {}))
    .join(' ');
  const spoken = [...texts.matchAll(/"arn:aws:s3:::([^"/]+)\/([^"]+)"/g)];
  return new Map(
    resources
      .filter(({ type }) => type === 'AWS::S3::Bucket')
      .map(({ arn }) => {
        const bucket = arn.replace('arn:aws:s3:::', '');
        const keys = spoken
          .filter(([, pattern = '']) => fits(bucket, pattern))
          .map(([, , key = '']) => key.replaceAll('*', 'x'));
        return [arn, [...new Set(['x', ...keys])]];
      }),
  );
}

/** As whom events may be sent: by the sources that policies of buses tell apart. */
function speakers({ domains }: Topology, { account }: Principal, owner: string): [string, string][] {
  const own = domains.find((domain) => domain.account === account);
  const other = domains.find((domain) => domain.account !== account && domain.account !== owner) ?? domains[0];
  return [
    ['anybody', 'anybody'],
    ['the mesh', MESH_SOURCE],
    ['its domain', own && domainSource(own.name)],
    ['its product', productSource(account, own?.name ?? 'x')],
    ['another domain', other && domainSource(other.name)],
    ['a product of another', other && productSource(other.account === account ? owner : other.account, other.name)],
  ].filter((entry): entry is [string, string] => entry[1] !== undefined);
}

function ownerKind({ governanceAccount, auditAccount, witnessAccount, managementAccount }: Topology, account: string) {
  if (account === governanceAccount) return 'governance';
  if (account === auditAccount) return 'audit';
  if (account === witnessAccount) return 'witness';
  return account === managementAccount ? 'management' : 'domain';
}

function nameOfType(type: string): string {
  return (type.split('::').at(-1) ?? type).replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
