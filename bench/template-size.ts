import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
}

/** What a limit of AWS counts, and the limit; docs/scale.md names the pages. */
export const LIMITS = {
  template: { limit: 1_048_576, unit: 'bytes', of: 'a template' },
  resources: { limit: 500, unit: 'resources', of: 'a template' },
  managedPolicy: { limit: 6_144, unit: 'characters', of: 'a managed policy' },
  rolePolicies: { limit: 10_240, unit: 'characters', of: 'the inline policies of a role' },
  trust: { limit: 2_048, unit: 'characters', of: 'a trust policy' },
  bucketPolicy: { limit: 20_480, unit: 'bytes', of: 'a bucket policy' },
  keyPolicy: { limit: 32_768, unit: 'bytes', of: 'a key policy' },
  queuePolicy: { limit: 8_192, unit: 'bytes', of: 'a queue policy' },
  queueStatements: { limit: 20, unit: 'statements', of: 'a queue policy' },
  busPolicy: { limit: 10_240, unit: 'characters', of: 'a bus policy' },
  apiPolicy: { limit: 8_192, unit: 'bytes', of: "an API's policy" },
} as const;

export type Limit = keyof typeof LIMITS;

/** The most that is used of each limit in a folder of synthesized templates, and by what. */
export type Usage = ReadonlyMap<Limit, { readonly used: number; readonly by: string }>;

export function usageOf(folder: string): Usage {
  const usage = new Map<Limit, { used: number; by: string }>();
  const note = (limit: Limit, used: number, by: string) => {
    if (used > (usage.get(limit)?.used ?? 0)) usage.set(limit, { used, by });
  };
  const buses = new Map<string, number>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.template.json')) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    const { Resources = {} } = JSON.parse(text) as Template;
    const stack = file.split('/').at(-1)?.replace('.template.json', '') ?? file;
    // As it is uploaded: without the indentation that makes it readable here.
    note('template', Buffer.byteLength(JSON.stringify(JSON.parse(text))), stack);
    note('resources', Object.keys(Resources).length, stack);
    const inline = new Map<string, number>();
    for (const [id, { Type, Properties = {} }] of Object.entries(Resources)) {
      const by = `${stack} ${id}`;
      if (Type === 'AWS::IAM::Role') {
        note('trust', lengthOf(Properties.AssumeRolePolicyDocument), by);
        for (const policy of (Properties.Policies ?? []) as { PolicyDocument: unknown }[]) {
          inline.set(id, (inline.get(id) ?? 0) + lengthOf(policy.PolicyDocument));
        }
      }
      if (Type === 'AWS::IAM::Policy') {
        for (const role of (Properties.Roles ?? []) as unknown[]) {
          const key = JSON.stringify(role);
          inline.set(key, (inline.get(key) ?? 0) + lengthOf(Properties.PolicyDocument));
        }
      }
      if (Type === 'AWS::IAM::ManagedPolicy') note('managedPolicy', lengthOf(Properties.PolicyDocument), by);
      if (Type === 'AWS::S3::BucketPolicy') note('bucketPolicy', lengthOf(Properties.PolicyDocument), by);
      if (Type === 'AWS::KMS::Key') note('keyPolicy', lengthOf(Properties.KeyPolicy), by);
      if (Type === 'AWS::SQS::QueuePolicy') {
        note('queuePolicy', lengthOf(Properties.PolicyDocument), by);
        note('queueStatements', (Properties.PolicyDocument as { Statement: unknown[] }).Statement.length, by);
      }
      if (Type === 'AWS::ApiGateway::RestApi' && Properties.Policy !== undefined) {
        note('apiPolicy', lengthOf(Properties.Policy), by);
      }
      if (Type === 'AWS::Events::EventBusPolicy') {
        // A bus of the same stack is a reference; the enrolments of domains name that of the governance account.
        const bus = typeof Properties.EventBusName === 'string' ? Properties.EventBusName : stack;
        const sum = (buses.get(bus) ?? 0) + lengthOf(Properties.Statement);
        buses.set(bus, sum);
        note('busPolicy', sum, `bus of ${bus}`);
      }
    }
    for (const [role, used] of inline) note('rolePolicies', used, `${stack} ${role}`);
  }
  return usage;
}

/** What there is in the governance account: rules on the bus of the mesh, and roles. */
export function governanceCounts(folder: string): { readonly rules: number; readonly roles: number } {
  let rules = 0;
  let roles = 0;
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/governance|Enrol/.test(file) || !file.endsWith('.template.json')) continue;
    const { Resources = {} } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Template;
    for (const { Type, Properties = {} } of Object.values(Resources)) {
      if (Type === 'AWS::IAM::Role') roles += 1;
      if (Type === 'AWS::Events::Rule' && Properties.EventBusName === 'bench-mesh') rules += 1;
    }
  }
  return { rules, roles };
}

/** About the length of an ARN, which stands where the template has a reference. */
const REFERENCE = 'arn:aws:service:us-east-1:300000000000:kind/some-name-of-a-thing';

/** The length of a document as AWS gets it: without whitespace, references filled in. */
function lengthOf(document: unknown): number {
  return JSON.stringify(resolved(document)).length;
}

function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (entries.length === 1 && name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map((part) => (typeof part === 'string' ? part : short(part))).join(separator);
  }
  if (entries.length === 1 && (name === 'Ref' || name?.startsWith('Fn::'))) return REFERENCE;
  return Object.fromEntries(entries.map(([key, member]) => [key, resolved(member)]));
}

/** A part of a name: `aws`, an account, a region, or a whole ARN. */
function short(part: unknown): string {
  const text = JSON.stringify(part);
  if (text.includes('AWS::Partition')) return 'aws';
  return text.includes('AWS::') ? '300000000000' : REFERENCE;
}
