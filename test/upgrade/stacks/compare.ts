import { isDeepStrictEqual } from 'node:util';
import type { CfnResource, CfnTemplate } from '../../stacks/aviation.ts';
import type { Deployed } from './deployed.ts';

/** Types that hold what somebody would miss, or that others know by name, and what they hold. */
export const KEPT: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::RestApi': 'the address that everybody calls',
  'AWS::Athena::WorkGroup': 'who queried what',
  'AWS::CloudTrail::Trail': 'the name under which its files lie',
  'AWS::DynamoDB::Table': 'the registry',
  'AWS::Events::Archive': 'events for a replay',
  'AWS::Events::EventBus': 'the name that other accounts send to',
  'AWS::Glue::Database': 'tables',
  'AWS::IAM::Role': 'the name in the policies and grants of other accounts',
  'AWS::KMS::Alias': 'the name in the policies of other accounts',
  'AWS::KMS::Key': 'all that is encrypted with it',
  'AWS::LakeFormation::Resource': 'the registration that every grant on it needs',
  'AWS::Logs::LogGroup': 'logs',
  'AWS::S3::Bucket': 'objects',
  'AWS::SQS::Queue': 'messages',
};

/** Of these nothing is lost when they go: they are made again as they were. */
const REMADE = ['AWS::ApiGateway::RestApi', 'AWS::IAM::Role', 'AWS::KMS::Alias', 'AWS::LakeFormation::Resource'];
/** What they hold is kept elsewhere: files in a bucket, data in what it was read of, tables that the template makes again. */
const KEPT_OTHERWISE = [
  'AWS::CloudTrail::Trail',
  'AWS::Events::Archive',
  'AWS::Events::EventBus',
  'AWS::Glue::Database',
];

/** A trail that another takes over from may go: its files are in the bucket. */
const TRAIL = 'AWS::CloudTrail::Trail';

export interface Upgrade {
  readonly before: Deployed;
  readonly after: Deployed;
  /** By type, the properties whose change makes a new resource. */
  readonly replacing: ReadonlyMap<string, readonly string[]>;
}

/** What an upgrade would lose or break, each as `<account> <stack> <logical id>: <what>`; a stack that leaves as a whole is told apart. */
export function lossesOf({ before, after, replacing }: Upgrade): { losses: string[]; left: string[] } {
  const losses: string[] = [];
  const left: string[] = [];
  for (const [name, { template }] of before) {
    const next = after.get(name)?.template;
    if (next === undefined) left.push(name);
    for (const [id, resource] of Object.entries(template.Resources)) {
      if (KEPT[resource.Type] === undefined) continue;
      losses.push(
        ...lossesOfResource(resource, next?.Resources[id], next, replacing).map((what) => `${name} ${id}: ${what}`),
      );
    }
  }
  return { losses: [...losses, ...brokenImports(before, after)], left };
}

function lossesOfResource(
  resource: CfnResource,
  after: CfnResource | undefined,
  stack: CfnTemplate | undefined,
  replacing: Upgrade['replacing'],
): string[] {
  const { Type, Properties = {} } = resource;
  const staysInAccount = resource.DeletionPolicy === 'Retain' || REMADE.includes(Type) || KEPT_OTHERWISE.includes(Type);
  if (stack === undefined) return staysInAccount ? [] : [`${Type} is deleted with its stack`];
  if (after === undefined) return Type === TRAIL ? [] : [`${Type} leaves its stack`];
  if (after.Type !== Type) return [`${Type} becomes ${after.Type}`];
  return (replacing.get(Type) ?? [])
    .filter((property) => !isDeepStrictEqual(Properties[property], after.Properties?.[property]))
    .map((property) => `${Type} is replaced by a change of ${property}`);
}

/** CloudFormation refuses to take away or change an export while a stack that is not updated yet imports it. */
function brokenImports(before: Deployed, after: Deployed): string[] {
  return [...before].flatMap(([name, { account, template }]) => {
    const next = after.get(name);
    if (next === undefined) return [];
    const had = exportsOf(template);
    const has = exportsOf(next.template);
    const importers = [...before].filter(([other, stack]) => other !== name && stack.account === account);
    return [...had]
      .filter(([key, value]) => !isDeepStrictEqual(value, has.get(key)))
      .filter(([key]) =>
        importers.some(([, stack]) => JSON.stringify(stack.template).includes(`{"Fn::ImportValue":"${key}"}`)),
      )
      .map(([key]) => `${name}: the export ${key} goes while another stack imports it`);
  });
}

function exportsOf({ Outputs = {} }: CfnTemplate): Map<string, unknown> {
  const outputs = Object.values(Outputs) as { readonly Value: unknown; readonly Export?: { readonly Name: string } }[];
  return new Map(outputs.flatMap(({ Value, Export }) => (Export === undefined ? [] : [[Export.Name, Value]])));
}
