import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMeshFile } from '#cli/mesh-file.ts';
import { buildApp } from '#stacks/app.ts';

export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** One kind of stack of the example's mesh. */
export interface SynthesizedStack {
  /** As it is called; of those of the domains with `<domain>` in the place of the name. */
  readonly name: string;
  /** Whose account it is deployed to. */
  readonly account: string;
  /** The names of the stacks that have to be there before. */
  readonly after: readonly string[];
  readonly resources: readonly Resource[];
}

const OF_DOMAINS = 'the accounts of domains';

/**
 * The stacks of the demo's mesh in the order in which `cdk` deploys them. The domains' are all alike but for their names, so each kind is there once, with `<domain>` for the name.
 * @throws Error when the stacks of two domains are not alike.
 */
export function synthesizedStacks(): SynthesizedStack[] {
  const outdir = mkdtempSync(join(tmpdir(), 'weft-docs-'));
  try {
    const topology = readMeshFile(undefined, '/');
    const app = buildApp(topology, { outdir });
    const accounts = new Map([
      [topology.governanceAccount, 'governance'],
      [topology.witnessAccount, 'the witness'],
      [topology.managementAccount, 'the management account'],
    ]);
    const kinds = new Map<string, SynthesizedStack>();
    for (const stack of app.synth().stacksRecursively) {
      const domain = topology.domains.find(({ name }) => stack.stackName.includes(`-${name}`));
      const text = JSON.stringify(stack.template.Resources);
      const kind: SynthesizedStack = {
        name: withoutDomain(stack.stackName, domain),
        account:
          domain?.account === stack.environment.account
            ? OF_DOMAINS
            : (accounts.get(stack.environment.account) ?? stack.environment.account),
        after: stack.dependencies.flatMap((dependency) =>
          'stackName' in dependency ? [withoutDomain(String(dependency.stackName), domain)] : [],
        ),
        resources: Object.entries(JSON.parse(withoutDomain(text, domain)) as Record<string, Raw>).map(
          ([id, { Type, Properties = {} }]) => ({ id: plainId(id), type: Type, properties: Properties }),
        ),
      };
      const known = kinds.get(kind.name);
      if (known === undefined) kinds.set(kind.name, kind);
      else if (known.resources.length !== kind.resources.length)
        throw new Error(`${stack.stackName} is not like the others`);
    }
    return [...kinds.values()];
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

interface Raw {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

function withoutDomain(text: string, domain: { readonly name: string; readonly account: string } | undefined): string {
  if (domain === undefined) return text;
  const { name, account } = domain;
  return text
    .replaceAll(name.replaceAll('-', '_'), '<domain>')
    .replaceAll(name, '<domain>')
    .replaceAll(name.replaceAll('-', ''), '<domain>')
    .replaceAll(account, '<account>');
}

/** A logical id without what the CDK adds to make it unique. */
export function plainId(id: string): string {
  return id.replace(/[0-9A-F]{8}$/, '');
}

/** A value of a template as people read it: `<Name>` for what CloudFormation puts there. */
export function readable(value: unknown): string {
  if (typeof value === 'string')
    return value.replaceAll(/\$\{AWS::(\w+)\}/g, (_, name: string) => pseudo(`AWS::${name}`));
  if (Array.isArray(value)) return value.map(readable).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name = '', argument] = []] = Object.entries(value);
  switch (name) {
    case 'Ref':
      return pseudo(String(argument));
    case 'Fn::GetAtt':
      return `<${plainId(Array.isArray(argument) ? String(argument[0]) : (String(argument).split('.')[0] ?? ''))}>`;
    case 'Fn::Join':
      return (argument as [string, readonly unknown[]])[1].map(readable).join((argument as [string, unknown])[0]);
    case 'Fn::Sub':
      return readable(Array.isArray(argument) ? argument[0] : argument);
    case 'Fn::ImportValue':
      return `<${String(argument)
        .split(':')
        .at(-1)
        ?.replace(/^ExportsOutput(Ref|FnGetAtt)/, '')
        .replace(/[0-9A-F]{8}.*$/, '')}>`;
    case 'Fn::Select':
      return `<part of ${readable((argument as unknown[])[1])}>`;
    case 'Fn::Split':
      return readable((argument as unknown[])[1]);
    default:
      return JSON.stringify(value);
  }
}

function pseudo(name: string): string {
  const known: Readonly<Record<string, string>> = {
    'AWS::Partition': 'aws',
    'AWS::Region': '<region>',
    'AWS::AccountId': '<account>',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::NoValue': '',
  };
  return known[name] ?? `<${plainId(name)}>`;
}
