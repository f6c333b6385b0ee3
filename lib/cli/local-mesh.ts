import { spawn } from 'node:child_process';
import { extname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setOrganization } from '#local/core/organization.ts';
import type { DeployEvent, DeployResult } from '#local/deployer/progress.ts';
import { type Instance, openInstance } from '#local/instance/instance.ts';
import type { AuditRules } from '#mesh/audit/rules/rule.ts';
import { userError, WeftError } from '#mesh/error.ts';
import type { PolicySets } from '#mesh/policy/policy-sets.ts';
import { isPartner } from '#mesh/topology/rules.ts';
import { accountsOf, type Topology } from '#mesh/topology/topology.ts';
import type { LocalMesh } from './connection.ts';
import { repositoryApp, synthesizeRepository } from './repository-app.ts';

/** From the sources TypeScript, from the package JavaScript. */
const SYNTHESIS = resolve(import.meta.dirname, `synthesis${extname(import.meta.filename)}`);

export interface BringUpOptions {
  readonly topology: Topology;
  /** Default: the built-in ones. */
  readonly policies?: PolicySets;
  /** Default: the built-in ones. */
  readonly auditRules?: AuditRules;
  readonly folder: string;
  /** 0 takes a free one; default 4566. */
  readonly port?: number;
  readonly pinned?: boolean;
  readonly onStage?: (stage: Stage) => void;
  /** A domain's repository, whose own app is deployed, too. */
  readonly repository?: string;
}

/** What bringing a mesh up goes through; times in milliseconds. */
export type Stage =
  | { readonly kind: 'synthesized'; readonly ms: number }
  | { readonly kind: 'opened'; readonly endpoint: string; readonly notices: readonly string[] }
  | { readonly kind: 'deploying'; readonly event: DeployEvent };

export interface MeshUp {
  readonly instance: Instance;
  readonly local: LocalMesh;
  readonly deployment: DeployResult;
  /** Why some domains have no stacks; the others work without them. */
  readonly undeployed?: WeftError;
}

/**
 * Synthesizes the CDK app of a mesh and deploys its templates into the local AWS of a folder, which keeps what it had.
 * A domain whose stacks cannot be deployed leaves the others as they are.
 * @throws WeftError `WEFT-LOCAL-020` when governance cannot be deployed, with each reason.
 */
export async function bringUp(options: BringUpOptions): Promise<MeshUp> {
  const { topology, policies, auditRules, folder, onStage } = options;
  const instance = await openInstance({ folder, port: options.port, pinned: options.pinned, region: topology.region });
  try {
    // What an earlier process told may name another port: until the stacks are there, there is no API.
    instance.describe({ apiUrl: undefined, topology });
    onStage?.({ kind: 'opened', endpoint: instance.endpoint, notices: instance.notices });
    const outside = new Set(topology.domains.filter(isPartner).map(({ account }) => account));
    for (const account of accountsOf(topology)) {
      const unit = topology.domains.find((domain) => domain.account === account)?.unit;
      setOrganization(instance.cloud.store, account, outside.has(account) ? undefined : topology.organization, unit);
    }
    const started = performance.now();
    const [assembly, own] = await Promise.all([
      synthesize({ topology, policies, auditRules, outdir: join(folder, 'cdk.out') }),
      synthesizeOwn(options),
    ]);
    onStage?.({ kind: 'synthesized', ms: performance.now() - started });
    const progress = { onProgress: (event: DeployEvent) => onStage?.({ kind: 'deploying', event }) };
    const deployment = await instance.deploy(assembly, progress);
    const refused = notDeployed(deployment);
    if (refused !== undefined && apiUrlOf(deployment) === undefined) throw refused;
    // After the mesh: it names what the stacks of the domain's account have.
    const undeployed = refused ?? (own === undefined ? undefined : notDeployed(await instance.deploy(own, progress)));
    const local = describe(instance, topology, deployment);
    return { instance, local, deployment, undeployed };
  } catch (error) {
    await instance.close();
    throw error;
  }
}

/**
 * Synthesizes in a process of its own, and gives the assembly's folder.
 * @throws WeftError what the stacks refuse, or `WEFT-LOCAL-022` with what the CDK said.
 */
async function synthesize(input: {
  readonly topology: Topology;
  readonly policies?: PolicySets;
  readonly auditRules?: AuditRules;
  readonly outdir: string;
}): Promise<string> {
  const child = spawn(process.execPath, [SYNTHESIS], { env: { ...process.env, NODE_OPTIONS: '' } });
  child.stdin.end(JSON.stringify(input));
  const [refused, said, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((done, fail) => child.once('error', fail).once('close', done)),
  ]);
  if (code === 0) return input.outdir;
  if (refused === '') throw new WeftError('WEFT-LOCAL-022', `the stacks cannot be synthesized: ${said.trim()}`);
  const { code: known, message, hint, source } = JSON.parse(refused) as WeftError;
  throw new WeftError(known, message, { hint, source });
}

/** The assembly of the repository's own app, where there is one. */
async function synthesizeOwn({ repository, folder }: BringUpOptions): Promise<string | undefined> {
  const app = repository === undefined ? undefined : repositoryApp(repository);
  if (repository === undefined || app === undefined) return undefined;
  return synthesizeRepository(repository, app, join(folder, 'cdk.own'));
}

/** Tells other processes, through `local.json`, how to reach the mesh. */
function describe(instance: Instance, topology: Topology, deployment: DeployResult): LocalMesh {
  const url = apiUrlOf(deployment);
  const match = /^https:\/\/([a-z0-9]+)\.execute-api\.[^/]+\/([^/]+)\/?$/.exec(url ?? '');
  if (match === null)
    throw new WeftError('WEFT-LOCAL-021', `the governance stack has no ApiUrl of a REST API, but ${url}`);
  const apiUrl = `${instance.endpoint}/_aws/execute-api/${match[1]}/${match[2]}`;
  instance.describe({ apiUrl, topology });
  return { endpoint: instance.endpoint, pid: process.pid, region: topology.region, apiUrl, topology };
}

function apiUrlOf(deployment: DeployResult): string | undefined {
  return deployment.stacks.map((stack) => stack.outputs.ApiUrl).find((output) => output !== undefined);
}

function notDeployed(deployment: DeployResult): WeftError | undefined {
  if (deployment.ok) return undefined;
  const failed = deployment.stacks.filter((stack) => stack.outcome === 'failed' || stack.outcome === 'skipped');
  const reasons = failed.map(
    (stack) => `${stack.stack}: ${stack.error?.message ?? 'skipped, for a stack that it depends on failed'}`,
  );
  return userError('WEFT-LOCAL-020', `${failed.length} stack(s) were not deployed: ${reasons.join('; ')}`, {
    hint: 'weft local logs and the resource named above tell more; nothing of a failed stack is left',
  });
}
