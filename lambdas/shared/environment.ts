import { WeftError } from '#mesh/error.ts';

/** Everything that a Lambda of the mesh may be told by its environment (ADR 0001). */
export const VARIABLES = {
  mesh: 'WEFT_MESH',
  region: 'WEFT_REGION',
  registryTable: 'WEFT_REGISTRY_TABLE',
  meshBus: 'WEFT_MESH_BUS',
  reconcileQueueUrl: 'WEFT_RECONCILE_QUEUE_URL',
  auditBucket: 'WEFT_AUDIT_BUCKET',
  auditQueueUrl: 'WEFT_AUDIT_QUEUE_URL',
  logKey: 'WEFT_LOG_KEY',
  witnessBucket: 'WEFT_WITNESS_BUCKET',
  deadLetters: 'WEFT_DEAD_LETTERS',
  domain: 'WEFT_DOMAIN',
  account: 'WEFT_ACCOUNT',
  domainBus: 'WEFT_DOMAIN_BUS',
  governanceAccount: 'WEFT_GOVERNANCE_ACCOUNT',
  invitations: 'WEFT_INVITATIONS',
  intentsQueueArn: 'WEFT_INTENTS_QUEUE_ARN',
  timerGroup: 'WEFT_TIMER_GROUP',
  timerRole: 'WEFT_TIMER_ROLE',
  auditDatabase: 'WEFT_AUDIT_DATABASE',
  workgroup: 'WEFT_WORKGROUP',
  results: 'WEFT_RESULTS',
  signingKey: 'WEFT_SIGNING_KEY',
  queriesUrl: 'WEFT_QUERIES_URL',
  workgroups: 'WEFT_WORKGROUPS',
  sourceHost: 'WEFT_SOURCE_HOST',
  sourcePort: 'WEFT_SOURCE_PORT',
  sourceDatabase: 'WEFT_SOURCE_DATABASE',
  sourceTls: 'WEFT_SOURCE_TLS',
  heldQueueUrl: 'WEFT_HELD_QUEUE_URL',
  heldQueueArn: 'WEFT_HELD_QUEUE_ARN',
  heldLettersUrl: 'WEFT_HELD_LETTERS_URL',
} as const;

export type Setting = keyof typeof VARIABLES;

/** A setting that need not be there. */
export function setting(name: Setting): string | undefined {
  return process.env[VARIABLES[name]] || undefined;
}

/** The only reader of the environment: the settings asked for, each with a value. @throws WEFT-LAMBDA-001 naming every variable that is missing. */
export function settings<T extends Setting>(...names: readonly T[]): Readonly<Record<T, string>> {
  const missing = names.filter((name) => !process.env[VARIABLES[name]]);
  if (missing.length > 0) {
    const variables = missing.map((name) => VARIABLES[name]).join(', ');
    throw new WeftError('WEFT-LAMBDA-001', `environment lacks ${variables}`, {
      hint: 'deploy the stack of this Lambda again',
    });
  }
  return Object.fromEntries(names.map((name) => [name, process.env[VARIABLES[name]]])) as Record<T, string>;
}
