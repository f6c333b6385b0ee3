import { createHash } from 'node:crypto';

/**
 * The name of a resource that gives itself none: `<stack>-<logical id>-<suffix>`. CloudFormation's suffix is random; this one follows from
 * the stack and a salt, so that a deployment can be repeated.
 * @param limit characters the service allows; the stack's and the logical id's parts are cut to fit.
 */
export function generatedName(stackName: string, logicalId: string, salt: string, limit = 128): string {
  const digest = createHash('sha256').update(`${stackName} ${logicalId} ${salt}`).digest();
  const suffix = [...digest.subarray(0, 12)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  const room = limit - suffix.length - 2;
  const half = Math.floor(room / 2);
  const stack = stackName.slice(0, Math.max(half, room - logicalId.length));
  return `${stack}-${logicalId.slice(0, room - stack.length)}-${suffix}`;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
