import type { Node } from 'constructs';
import { userError } from '#mesh/error.ts';
import type { MeshOptions } from './mesh-site.ts';

const GIBIBYTE = 1024 ** 3;

/** Reads the choices of an installation from CDK context. `WEFT-STACK-002` for a value that makes no sense. */
export function meshOptions(node: Node): MeshOptions {
  return {
    auditRetentionDays: number(node, 'auditRetentionDays', 365, 1),
    queryCutoffBytes: number(node, 'queryCutoffBytes', 100 * GIBIBYTE, 10_000_000),
    defaultDatabase: boolean(node, 'defaultDatabase', true),
  };
}

function number(node: Node, key: string, fallback: number, least: number): number {
  const given: unknown = node.tryGetContext(key) ?? fallback;
  const value = Number(given);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw userError(
    'WEFT-STACK-002',
    `context ${key} is ${JSON.stringify(given)}, not a whole number of at least ${least}`,
    { hint: `leave it out for ${fallback}` },
  );
}

function boolean(node: Node, key: string, fallback: boolean): boolean {
  const given: unknown = node.tryGetContext(key) ?? fallback;
  if (given === true || given === 'true') return true;
  if (given === false || given === 'false') return false;
  throw userError('WEFT-STACK-002', `context ${key} is ${JSON.stringify(given)}, not true or false`, {
    hint: `leave it out for ${fallback}`,
  });
}
