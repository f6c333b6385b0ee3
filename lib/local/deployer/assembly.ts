import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { userError } from '#mesh/error.ts';
import { inOrder } from './template/order.ts';
import type { Template } from './template/template.ts';

/** One file or directory that a stack publishes before it is deployed. */
export interface Asset {
  readonly hash: string;
  readonly bucket: string;
  readonly objectKey: string;
  /** Absolute. */
  readonly path: string;
  readonly packaging: 'zip' | 'file';
}

/** A stack of a cloud assembly, ready to be deployed. */
export interface AssemblyStack {
  /** Unique in the assembly: the path of artifact ids. */
  readonly id: string;
  readonly stackName: string;
  readonly displayName: string;
  readonly account: string;
  readonly region: string;
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly assets: readonly Asset[];
  /** Ids of the stacks that come before it. */
  readonly dependencies: readonly string[];
}

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly dependencies?: readonly string[];
  readonly displayName?: string;
}

interface AssetManifest {
  readonly files?: Readonly<Record<string, FileAsset>>;
  readonly dockerImages?: Readonly<Record<string, unknown>>;
}

interface FileAsset {
  readonly source: { readonly path?: string; readonly packaging?: 'zip' | 'file'; readonly executable?: unknown };
  readonly destinations: Readonly<Record<string, { readonly bucketName: string; readonly objectKey: string }>>;
}

/**
 * Reads a cloud assembly (`cdk.out`), nested ones included, and gives its stacks in an order in which each comes after those it depends on.
 * @throws WeftError `WEFT-LOCAL-010` when it is not one, or a stack of it says no account and region; `WEFT-LOCAL-017` for an asset that
 * cannot be published here.
 */
export function readAssembly(directory: string): AssemblyStack[] {
  const stacks = readLevel(resolve(directory), '');
  const byId = new Map(stacks.map((stack) => [stack.id, stack]));
  return inOrder([...byId.keys()], (id) => byId.get(id)?.dependencies ?? []).map((id) => byId.get(id)!);
}

function readLevel(directory: string, prefix: string): AssemblyStack[] {
  const manifest = readJson<{ artifacts?: Record<string, Artifact> }>(join(directory, 'manifest.json'));
  const artifacts = manifest.artifacts ?? {};
  return Object.entries(artifacts).flatMap(([id, artifact]) => {
    if (artifact.type === 'cdk:cloud-assembly') {
      const after = stackIds(artifact, artifacts, prefix);
      const nested = readLevel(join(directory, String(artifact.properties?.directoryName)), `${prefix}${id}/`);
      return nested.map((stack) => ({ ...stack, dependencies: [...stack.dependencies, ...after] }));
    }
    return artifact.type === 'aws:cloudformation:stack' ? [readStack(directory, prefix, id, artifact, artifacts)] : [];
  });
}

function readStack(
  directory: string,
  prefix: string,
  id: string,
  artifact: Artifact,
  artifacts: Readonly<Record<string, Artifact>>,
): AssemblyStack {
  const [, account, region] = /^aws:\/\/(\d{12})\/([a-z0-9-]+)$/.exec(artifact.environment ?? '') ?? [];
  if (account === undefined || region === undefined) {
    throw userError('WEFT-LOCAL-010', `stack ${id} is for ${artifact.environment}, not for an account and a region`, {
      hint: 'give the stack or its stage an `env` with account and region',
    });
  }
  const properties = artifact.properties ?? {};
  return {
    id: `${prefix}${id}`,
    stackName: String(properties.stackName ?? id),
    displayName: artifact.displayName ?? id,
    account,
    region,
    template: readJson<Template>(join(directory, String(properties.templateFile))),
    parameters: (properties.parameters ?? {}) as Record<string, string>,
    tags: (properties.tags ?? {}) as Record<string, string>,
    assets: (artifact.dependencies ?? []).flatMap((name) => assetsOf(directory, artifacts[name], account, region)),
    dependencies: stackIds(artifact, artifacts, prefix),
  };
}

function stackIds(artifact: Artifact, artifacts: Readonly<Record<string, Artifact>>, prefix: string): string[] {
  const names = artifact.dependencies ?? [];
  return names.filter((name) => artifacts[name]?.type === 'aws:cloudformation:stack').map((name) => `${prefix}${name}`);
}

const SYNTHESIZE = 'make one with `npm run synth`';

function assetsOf(directory: string, artifact: Artifact | undefined, account: string, region: string): Asset[] {
  if (artifact?.type !== 'cdk:asset-manifest') return [];
  const manifest = readJson<AssetManifest>(join(directory, String(artifact.properties?.file)));
  const image = Object.keys(manifest.dockerImages ?? {})[0];
  if (image !== undefined)
    throw userError('WEFT-LOCAL-017', `asset ${image} is a container image, which runs nowhere here`, {
      hint: 'give the function its code as files',
    });
  const fill = (text: string) =>
    text
      .replaceAll('${AWS::AccountId}', account)
      .replaceAll('${AWS::Region}', region)
      .replaceAll('${AWS::Partition}', 'aws');
  return Object.entries(manifest.files ?? {}).flatMap(([hash, { source, destinations }]) => {
    if (source.path === undefined) throw userError('WEFT-LOCAL-017', `asset ${hash} has no path`, { hint: SYNTHESIZE });
    const path = resolve(directory, source.path);
    const packaging = source.packaging ?? 'file';
    return Object.values(destinations).map(({ bucketName, objectKey }) => {
      return { hash, path, packaging, bucket: fill(bucketName), objectKey: fill(objectKey) };
    });
  });
}

function readJson<T>(file: string): T {
  if (!existsSync(file)) {
    throw userError('WEFT-LOCAL-010', `${file} does not exist, so its folder is no cloud assembly`, {
      hint: SYNTHESIZE,
    });
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (cause) {
    throw userError('WEFT-LOCAL-010', `${file} is not JSON`, { cause, hint: SYNTHESIZE });
  }
}
