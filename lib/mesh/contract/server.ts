import type { TableFormat } from '../product/product.ts';
import { productBucketName } from '../topology/names.ts';
import { domainNamed, type Topology } from '../topology/topology.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';
import { required } from './head.ts';

/** The formats that Weft writes tables for. */
const FORMATS: readonly TableFormat[] = ['parquet', 'csv', 'json', 'orc', 'avro'];

/** Where a contract's tables are. */
export interface GlueServer {
  readonly database: string;
  /** `s3://bucket/prefix/`, always with the final slash. */
  readonly location: string;
  readonly format: TableFormat;
}

/** The contract's one server of type `glue`: in the domain's account, below the domain's product bucket. */
export function readServer(
  contract: YamlView,
  domain: string,
  topology: Topology,
  findings: Findings,
): GlueServer | undefined {
  const servers = contract.list('servers').filter((server) => server.text('type')?.toLowerCase() === 'glue');
  const [server] = servers;
  if (server === undefined || servers.length > 1) {
    const message = `the contract has ${servers.length} servers of type glue where one belongs`;
    const fix = 'add "servers: [{ server, type: glue, account, database, location, format }]"';
    findings.error(16, (contract.get('servers') ?? contract).place, message, fix);
    return undefined;
  }
  const account = required(server, 'account', findings);
  const owner = domainNamed(topology, domain)?.account;
  if (account !== '' && owner !== undefined && account !== owner) {
    const message = `the account ${account} does not belong to the domain "${domain}"`;
    findings.error(17, (server.get('account') ?? server).place, message, `write '${owner}', the domain's account`);
  }
  const location = readLocation(server.get('location'), server, domain, topology, findings);
  return { database: readDatabase(server, findings), location, format: readFormat(server, findings) };
}

/** An S3 location below the domain's product bucket, with a final slash. */
export function readLocation(
  view: YamlView | undefined,
  parent: YamlView,
  domain: string,
  topology: Topology,
  findings: Findings,
): string {
  const written = view?.written?.trim() ?? '';
  if (view === undefined || written === '') {
    findings.error(4, parent.place, 'the key "location" is missing', 'add "location: s3://<bucket>/<prefix>/"');
    return '';
  }
  const location = written.endsWith('/') ? written : `${written}/`;
  const owner = domainNamed(topology, domain);
  if (owner === undefined) return location;
  const bucket = productBucketName(topology.mesh, owner.name, owner.account, topology.region);
  const inside = location.startsWith(`s3://${bucket}/`);
  if (!inside || /\/\.{0,2}\/|[*?#\p{Cc}]/u.test(location.slice('s3://'.length))) {
    const message = `the location "${written}" is not below the domain's product bucket`;
    findings.error(18, view.place, message, `begin it with s3://${bucket}/`);
  }
  return location;
}

function readDatabase(server: YamlView, findings: Findings): string {
  const database = required(server, 'database', findings).toLowerCase();
  if (database !== '' && !/^[a-z0-9_-]{1,255}$/.test(database)) {
    const message = `the database "${database}" is not made of letters, digits, underscores and hyphens`;
    findings.error(
      20,
      (server.get('database') ?? server).place,
      message,
      "write the name of the domain's Glue database",
    );
  }
  return database;
}

function readFormat(server: YamlView, findings: Findings): TableFormat {
  const written = required(server, 'format', findings).toLowerCase();
  const format = FORMATS.find((known) => known === written);
  if (written !== '' && format === undefined) {
    const message = `the format "${written}" is unknown`;
    findings.error(19, (server.get('format') ?? server).place, message, `use one of ${FORMATS.join(', ')}`);
  }
  return format ?? 'parquet';
}
