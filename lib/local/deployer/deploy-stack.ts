import { createHash } from 'node:crypto';
import { WeftError } from '#mesh/error.ts';
import type { Cloud } from '../core/cloud.ts';
import { ownMember } from '../core/members.ts';
import type { AssemblyStack } from './assembly.ts';
import { NO_COUNTS, type StackResult } from './progress.ts';
import { checkResource } from './provision.ts';
import { StackChange, type StackOptions } from './stack-change.ts';
import { loadStack, type StackOutput, type StackRecord, saveExports } from './stack-record.ts';
import { StackScope } from './stack-scope.ts';
import { checkTemplate } from './template/check.ts';
import { dependenciesOf, inOrder } from './template/order.ts';
import { parameterValues } from './template/parameters.ts';
import type { Template } from './template/template.ts';

/**
 * Creates a stack or updates it to its template. What a failed deployment created or changed is undone; the result says which resource
 * failed and why. A resource that left the template and cannot be deleted fails the deployment without undoing it. Never throws for what a template or a service says.
 */
export async function deployStack(cloud: Cloud, stack: AssemblyStack, options: StackOptions): Promise<StackResult> {
  const started = performance.now();
  const { account, region } = stack;
  const record = loadStack(cloud.store, account, region, stack.stackName) ?? newRecord(stack, cloud.clock.now());
  const isNew = Object.keys(record.resources).length === 0 && record.outputs.length === 0;
  const change = new StackChange(cloud, record, options);
  const result = (outcome: StackResult['outcome'], error?: WeftError): StackResult => ({
    stack: stack.stackName,
    account,
    region,
    outcome,
    counts: outcome === 'failed' ? NO_COUNTS : change.counts,
    ms: performance.now() - started,
    outputs: Object.fromEntries(record.outputs.map(({ name, value }) => [name, value])),
    ...(error === undefined ? {} : { error }),
  });
  try {
    const scope = await prepare(cloud, record, stack);
    const active = activeResources(scope, stack.template);
    options.onProgress?.({ kind: 'stack-started', stack: stack.stackName, account, resources: active.length });
    change.begin(isNew ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS');
    for (const logicalId of active) await change.apply(scope, logicalId, stack.template);
    const outputs = await evaluateOutputs(scope, stack.template);
    saveExports(cloud.store, record, outputs);
    const [leftBehind] = await change.removeAllBut(new Set(active));
    const same = !isNew && change.isEmpty && JSON.stringify(outputs) === JSON.stringify(record.outputs);
    Object.assign(record, { outputs, template: stack.template, parameters: scope.parameters, tags: stack.tags });
    change.finish(isNew ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE');
    if (leftBehind !== undefined) return result('failed', leftBehind);
    return result(isNew ? 'created' : same ? 'unchanged' : 'updated');
  } catch (cause) {
    const error = asWeftError(cause, stack.stackName);
    const left = await change.rollBack(isNew, error.message);
    return result('failed', left.length === 0 ? error : withLeftovers(error, left));
  }
}

function newRecord(stack: AssemblyStack, now: number): StackRecord {
  const { account, region, stackName } = stack;
  const hash = createHash('sha256').update(`${account} ${region} ${stackName}`).digest('hex');
  const uuid = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-11ef-8${hash.slice(13, 16)}-${hash.slice(16, 28)}`;
  return {
    stackId: `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/${uuid}`,
    stackName,
    account,
    region,
    status: 'CREATE_IN_PROGRESS',
    template: {},
    parameters: {},
    tags: stack.tags,
    outputs: [],
    resources: {},
    createdAt: now,
    updatedAt: now,
  };
}

/** Everything that can be refused before anything is made is refused here. */
async function prepare(cloud: Cloud, record: StackRecord, stack: AssemblyStack): Promise<StackScope> {
  const { template } = stack;
  checkTemplate(template);
  for (const [logicalId, { Type, Properties }] of Object.entries(template.Resources ?? {})) {
    checkResource(logicalId, Type, Object.keys(Properties ?? {}));
  }
  const scope = new StackScope(cloud, record, template);
  const stored = new Map<string, string | undefined>();
  for (const [name, { Type, Default }] of Object.entries(template.Parameters ?? {})) {
    if (!Type.startsWith('AWS::SSM::')) continue;
    const parameter = String(ownMember(stack.parameters, name) ?? Default);
    stored.set(parameter, await scope.ssm(parameter));
  }
  scope.parameters = parameterValues(template, stack.parameters, (name) => stored.get(name));
  return scope;
}

/** The resources whose condition holds, each after those it depends on. */
function activeResources(scope: StackScope, template: Template): string[] {
  const resources = template.Resources ?? {};
  const active = Object.keys(resources).filter((logicalId) => holds(resources[logicalId]?.Condition, scope));
  return inOrder(active, (logicalId) => dependenciesOf(logicalId, resources));
}

async function evaluateOutputs(scope: StackScope, template: Template): Promise<StackOutput[]> {
  const outputs: StackOutput[] = [];
  for (const [name, output] of Object.entries(template.Outputs ?? {})) {
    const place = `Outputs.${name}`;
    if (!holds(output.Condition, scope)) continue;
    const exported =
      output.Export === undefined ? undefined : await scope.resolve(output.Export.Name, `${place}.Export`);
    outputs.push({
      name,
      value: String(await scope.resolve(output.Value, `${place}.Value`)),
      ...(output.Description === undefined ? {} : { description: output.Description }),
      ...(exported === undefined ? {} : { exportName: String(exported) }),
    });
  }
  return outputs;
}

function holds(condition: string | undefined, scope: StackScope): boolean {
  return condition === undefined || scope.condition(condition);
}

function asWeftError(error: unknown, stack: string): WeftError {
  if (error instanceof WeftError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new WeftError('WEFT-LOCAL-014', `stack ${stack} cannot be deployed: ${text}`, { cause: error });
}

function withLeftovers(error: WeftError, left: readonly string[]): WeftError {
  return new WeftError(error.code, `${error.message}; the rollback could not undo ${left.join(', ')}`, {
    cause: error,
    source: error.source,
    details: error.details,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

/**
 * Deletes a stack: each resource, last made first, but those to be retained.
 * @throws WeftError `WEFT-LOCAL-014` when one cannot be deleted; the stack then keeps what is left.
 */
export async function deleteStack(cloud: Cloud, record: StackRecord, options: StackOptions): Promise<void> {
  const change = new StackChange(cloud, record, options);
  const [failure] = await change.removeAllBut(new Set());
  if (failure === undefined) return change.drop();
  change.finish('DELETE_FAILED');
  throw failure;
}
