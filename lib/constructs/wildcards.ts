import { CfnResource, Stack } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** A wildcard in a policy (`Action::…` or `Resource::…`, `%` for any text) → the reason why it stands. */
export type AcceptedWildcards = Readonly<Record<string, string>>;

const RULE = 'AwsSolutions-IAM5';
const accepted = new WeakMap<IConstruct, Record<string, string>>();

/** Accepts wildcards in the policies of a construct and all below it. */
export function acceptWildcards(scope: IConstruct, wildcards: AcceptedWildcards): void {
  accepted.set(scope, { ...accepted.get(scope), ...wildcards });
}

/**
 * Turns what was accepted into acknowledgements of cdk-nag. It knows a finding only by its full text, logical ids included, so this runs
 * when the tree is complete.
 */
export function settleWildcards(root: IConstruct): void {
  for (const node of root.node.findAll()) {
    if (!CfnResource.isCfnResource(node)) continue;
    for (const finding of findings(node)) {
      const reason = reasonFor(node, finding);
      if (reason) acknowledge(node, { [`${RULE}[${finding}]`]: reason });
    }
  }
}

function reasonFor(node: IConstruct, finding: string): string | undefined {
  for (const scope of node.node.scopes.toReversed()) {
    const entries = Object.entries(accepted.get(scope) ?? {});
    const found = entries.find(([pattern]) => like(pattern, finding));
    if (found) return found[1];
  }
  return undefined;
}

function like(pattern: string, text: string): boolean {
  const parts = pattern.split('%').map((part) => part.replaceAll(/[^\w]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}

interface Statement {
  readonly Effect: string;
  readonly Action?: unknown;
  readonly Resource?: unknown;
}

function findings(node: CfnResource): Set<string> {
  const found = new Set<string>();
  for (const document of documents(node)) {
    for (const { Effect, Action, Resource } of document.Statement ?? []) {
      if (Effect !== 'Allow') continue;
      for (const action of [Action].flat()) if (flatten(action).includes('*')) found.add(`Action::${flatten(action)}`);
      for (const one of [Resource].flat()) if (flatten(one).includes('*')) found.add(`Resource::${flatten(one)}`);
    }
  }
  return found;
}

type Document = { readonly Statement?: readonly Statement[] };

function documents(node: CfnResource): Document[] {
  const resolve = (value: unknown): unknown => Stack.of(node).resolve(value);
  if (node instanceof CfnPolicy || node instanceof CfnManagedPolicy) return [resolve(node.policyDocument) as Document];
  if (!(node instanceof CfnRole)) return [];
  const inline = resolve(node.policies) as { policyDocument: Document }[] | undefined;
  return (inline ?? []).map(({ policyDocument }) => policyDocument);
}

/** The text in which cdk-nag shows an intrinsic function: `<LogicalId.Arn>/*`. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll('${', '<').replaceAll('}', '>');
  if (typeof value !== 'object' || value === null) return '';
  if ('Fn::Join' in value) {
    const [delimiter, items] = value['Fn::Join'] as [string, unknown[]];
    return items.map(flatten).join(delimiter);
  }
  if ('Fn::GetAtt' in value) {
    const [resource, attribute] = value['Fn::GetAtt'] as [string, string];
    return `<${resource}.${attribute}>`;
  }
  if ('Fn::ImportValue' in value) return flatten(value['Fn::ImportValue']);
  if ('Ref' in value) return `<${String(value.Ref)}>`;
  return JSON.stringify(value);
}
