import type { Cloud } from '../core/cloud.ts';
import { type AssemblyStack, readAssembly } from './assembly.ts';
import { keepAssets } from './asset-folder.ts';
import { bootstrap } from './bootstrap.ts';
import { deployStack } from './deploy-stack.ts';
import { type DeployEvent, type DeployResult, NO_COUNTS, type StackResult } from './progress.ts';

export interface DeployOptions {
  readonly onProgress?: (event: DeployEvent) => void;
}

/**
 * Deploys every stack of a cloud assembly, each in its own account and region, in dependency order. A stack that fails is rolled back and
 * those that depend on it are skipped; the others go on.
 * @throws WeftError `WEFT-LOCAL-010`, `-016`, `-017` when the directory is no assembly that can be deployed at all.
 */
export async function deployAssembly(
  cloud: Cloud,
  assemblyDirectory: string,
  options: DeployOptions = {},
): Promise<DeployResult> {
  const started = performance.now();
  const stacks = readAssembly(assemblyDirectory);
  const results: StackResult[] = [];
  const failed = new Set<string>();
  for (const stack of stacks) {
    const result = stack.dependencies.some((id) => failed.has(id))
      ? skipped(stack)
      : await deployOne(cloud, stack, options);
    if (result.outcome === 'failed' || result.outcome === 'skipped') failed.add(stack.id);
    results.push(result);
    options.onProgress?.({ kind: 'stack-finished', stack: stack.stackName, account: stack.account, result });
  }
  return { ok: failed.size === 0, stacks: results, ms: performance.now() - started };
}

async function deployOne(cloud: Cloud, stack: AssemblyStack, options: DeployOptions): Promise<StackResult> {
  await cloud.store.whole(() => bootstrap(cloud, stack.account, stack.region));
  return deployStack(cloud, stack, { ...options, assets: keepAssets(cloud.folder, stack.assets) });
}

function skipped({ stackName, account, region }: AssemblyStack): StackResult {
  return { stack: stackName, account, region, outcome: 'skipped', counts: NO_COUNTS, ms: 0, outputs: {} };
}
