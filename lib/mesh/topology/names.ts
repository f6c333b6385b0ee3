/**
 * Physical names that more than one account has to know. Cross-account references cannot be CloudFormation references, so
 * they are conventions, and this file is the only place that knows them. Each begins with the mesh's name.
 */

/** Account and region, as ARNs need them. */
export interface Site {
  readonly mesh: string;
  readonly account: string;
  readonly region: string;
}

export const DOMAIN_ROLES = ['producer', 'analyst', 'steward'] as const;
export const GOVERNANCE_ROLES = ['platform', 'auditor'] as const;
export type DomainRole = (typeof DOMAIN_ROLES)[number];
export type GovernanceRole = (typeof GOVERNANCE_ROLES)[number];
/** The Lambdas of a domain whose roles others know by name. */
export type DomainMachine =
  | 'agent'
  | 'catalog-watch'
  | 'event-port'
  | 'disposal'
  | 'query-watch'
  | 'pipeline'
  | 'edge'
  | 'quality';

/** The Lambdas of the mesh's governance that call its API. */
export type GovernanceMachine = 'audit-rules';

/** `flight-operations` as a Glue identifier: `flight_operations`. */
export function glueName(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}

/** The central Glue database of one product's major version, and the name of its link in a consumer: `<domain>__<product>__v<major>`. */
export function databaseName(domain: string, product: string, major: number): string {
  return `${glueName(domain)}__${glueName(product)}__v${major}`;
}

/** The Glue database of the audit tables, e.g. `aviation_audit`. */
export function auditDatabaseName(mesh: string): string {
  return `${glueName(mesh)}_audit`;
}

/** The product's version that a database is of, as `databaseName` named it; undefined for any other database. Names of domains and products have no underscores. */
export function productOfDatabase(
  database: string,
): { readonly domain: string; readonly name: string; readonly major: number } | undefined {
  const [, domain, name, major] = /^([a-z0-9_]+?)__([a-z0-9_]+)__v(\d+)$/.exec(database.toLowerCase()) ?? [];
  if (domain === undefined || name === undefined) return undefined;
  return { domain: domain.replaceAll('_', '-'), name: name.replaceAll('_', '-'), major: Number(major) };
}

/** The role of a kind of person in a domain account, e.g. `aviation-analytics-analyst`. */
export function domainRoleName(mesh: string, domain: string, role: DomainRole | DomainMachine): string {
  return `${mesh}-${domain}-${role}`;
}

/**
 * The role of a kind of person of the mesh's governance, e.g. `aviation-auditor`, or of a machine that others know by name. The auditor's and the
 * appender's are in the audit account, all others in the governance account.
 */
export function governanceRoleName(
  mesh: string,
  role: GovernanceRole | GovernanceMachine | 'reconcile' | 'relay' | 'appender' | 'view-definer',
): string {
  return `${mesh}-${role}`;
}

/** The role in the governance account that Lake Formation assumes to read a domain's bucket. */
export function registrationRoleName(mesh: string, domain: string): string {
  return `${mesh}-lf-${domain}`;
}

export function roleArn(account: string, name: string): string {
  return `arn:aws:iam::${account}:role/${name}`;
}

/** The bucket that holds a domain's products. */
export function productBucketName(mesh: string, domain: string, account: string, region: string): string {
  return `${mesh}-${domain}-${account}-${region}`;
}

/** S3 allows no longer names. */
const MAX_BUCKET_NAME = 63;

/** The bucket into which data comes before it is a product, in the domain's account. */
export function landingBucketName(mesh: string, domain: string, account: string, region: string): string {
  return ownBucketName(mesh, domain, `-landing-${account}-${region}`);
}

/** A name that would be too long loses the end of the domain's, which the account stands for: it belongs to no other domain. */
function ownBucketName(mesh: string, domain: string, rest: string): string {
  const owner = `${mesh}-${domain}`.slice(0, MAX_BUCKET_NAME - rest.length);
  return `${owner.replace(/-+$/, '')}${rest}`;
}

/** The queue of what starts the steps of a domain's pipeline. */
export function pipelineQueueName(mesh: string, domain: string): string {
  return `${mesh}-${domain}-pipeline.fifo`;
}

/** The table of a domain's circuit breakers, in its account. */
export function breakersTableName(mesh: string, domain: string): string {
  return `${mesh}-${domain}-breakers`;
}

/** The bucket from which partners take a domain's products as files, in the domain's account. */
export function exchangeBucketName(mesh: string, domain: string, account: string, region: string): string {
  return ownBucketName(mesh, domain, `-exchange-${account}-${region}`);
}

/** The database of a domain's raw tables, which nobody shares. */
export function landingDatabaseName(domain: string): string {
  return `${glueName(domain)}_landing`;
}

/** The bucket of the keys that masked columns are hashed with, in the governance account. */
export function maskKeyBucketName(mesh: string, account: string, region: string): string {
  return `${mesh}-mask-keys-${account}-${region}`;
}

/** The Glue connection through which Glue has Athena validate the views of products. */
export function viewConnectionName(mesh: string): string {
  return `${mesh}-views`;
}

/** The bucket that holds the mesh's own trail. */
export function auditBucketName(mesh: string, account: string, region: string): string {
  return `${mesh}-audit-${account}-${region}`;
}

/** The queue through which entries come to the trail. */
export function auditQueueName(mesh: string): string {
  return `${mesh}-audit.fifo`;
}

/** The alias of the key that signs the checkpoints of the trail. */
export function logKeyAlias(mesh: string): string {
  return `alias/${mesh}-audit-log`;
}

/** The bucket of the account that keeps a copy of each checkpoint. */
export function witnessBucketName(mesh: string, account: string, region: string): string {
  return `${mesh}-witness-${account}-${region}`;
}

/** The bucket of the audit account that holds CloudTrail's files, of whatever account they tell. */
export function trailBucketName(mesh: string, account: string, region: string): string {
  return `${mesh}-trail-${account}-${region}`;
}

/** The alias of the key of the audit account, by which other accounts know it. */
export function auditKeyAlias(mesh: string): string {
  return `alias/${mesh}-audit`;
}

/** The alias of the key of a domain's product bucket. */
export function productKeyAlias(mesh: string, domain: string): string {
  return `alias/${mesh}-${domain}-products`;
}

export function meshBusName(mesh: string): string {
  return `${mesh}-mesh`;
}

export function domainBusName(mesh: string, domain: string): string {
  return `${mesh}-${domain}`;
}

export function busArn(site: Site, name: string): string {
  return `arn:aws:events:${site.region}:${site.account}:event-bus/${name}`;
}

/** The Athena workgroup of a domain's analysts, or of the auditors (`auditor`). */
export function workgroupName(mesh: string, owner: string): string {
  return `${mesh}-${owner}`;
}

/** The queue of the audit account that takes the executions of Athena. */
export function queriesQueueName(mesh: string): string {
  return `${mesh}-queries`;
}

/** `EventBridge` source of the mesh's own events. */
export const MESH_SOURCE = 'weft.mesh';

/** `EventBridge` source of a domain's reports; the mesh takes it from that domain's account only. */
export function domainSource(domain: string): string {
  return `weft.domain.${domain}`;
}

/** The detail type of the row events that a domain's pipeline puts on its own bus. */
export const ROWS_CHANGED = 'RowsChanged';

/** `EventBridge` source of the rows that a domain's pipeline tells its own event port; nobody else may use it, and no rule sends it on. */
export function rowsSource(domain: string): string {
  return `weft.rows.${domain}`;
}

/** The domain that a source of rows names, or undefined. */
export function domainOfRows(source: string): string | undefined {
  return /^weft\.rows\.([a-z0-9-]+)$/.exec(source)?.[1];
}

/**
 * `EventBridge` source of a domain's product events on the buses of its consumers. The account stands in it, so that one statement of a bus
 * policy, whatever the number of domains, lets each account speak for itself only.
 */
export function productSource(account: string, domain: string): string {
  return `weft.product.${account}.${domain}`;
}

/** The Lambda that shows and moves what could not be delivered, of the governance account or of a domain. */
export function deadLettersName(mesh: string, domain?: string): string {
  return domain === undefined ? `${mesh}-dead-letters` : `${mesh}-${domain}-dead-letters`;
}

/** The Lambda of a domain that removes what is past its retention. */
export function disposalName(mesh: string, domain: string): string {
  return `${mesh}-${domain}-disposal`;
}

/** Below it a domain's product bucket keeps what was removed: intents, signed records, and which of them were told; and the trail's bucket the records. */
export const DISPOSALS = 'disposals/';

/** The archive of a bus; replays of it are named after it. */
export function archiveName(busName: string): string {
  return busName;
}

/** The SSM parameter with the address of the mesh's API. */
export function apiParameterName(mesh: string): string {
  return `/weft/${mesh}/api`;
}

/** The role in the governance account that a domain's event port assumes to learn the API's address, which no other account can know. */
export function directoryRoleName(mesh: string, domain: string): string {
  return `${mesh}-${domain}-directory`;
}

/** The same for the Lambda that evaluates the audit rules. */
export function auditDirectoryRoleName(mesh: string): string {
  return `${mesh}-audit-directory`;
}

/** The path below which the governance account keeps everything that its Lambdas know of the mesh. */
export function meshParameterPath(mesh: string): string {
  return `/weft/${mesh}`;
}

/** The path below which the governance account keeps one SSM parameter for each domain of the mesh (JSON of `Domain`). */
export function domainParameterPath(mesh: string): string {
  return `/weft/${mesh}/domains`;
}

/** The path below which the governance account keeps the applications of `mesh.yaml`, some in each SSM parameter (JSON of `Application[]`). */
export function applicationParameterPath(mesh: string): string {
  return `/weft/${mesh}/applications`;
}

/** The SSM parameter with the rest of `mesh.yaml` (JSON of `Topology` without `domains` and `applications`). */
export function meshParameterName(mesh: string): string {
  return `/weft/${mesh}/mesh`;
}

/** The path below which a domain's agent remembers the newest intent of each product database that it took up. */
export function shareParameterPath(mesh: string): string {
  return `/weft/${mesh}/shares`;
}

export function shareParameterName(mesh: string, database: string): string {
  return `${shareParameterPath(mesh)}/${database}`;
}

/** The message group of what a domain's agent is asked: one, so that an account has one writer. */
export const SHARES = 'share';

/** The schedule group of the timers by which a domain's agent ends access in time. */
export function endTimersName(mesh: string, domain: string): string {
  return `${mesh}-${domain}-ends`;
}
