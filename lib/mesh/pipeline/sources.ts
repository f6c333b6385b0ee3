import type { Checked } from '../error.ts';
import { glueName } from '../topology/names.ts';
import { Findings } from '../yaml/findings.ts';
import { readYaml } from '../yaml/read.ts';
import type { YamlView } from '../yaml/view.ts';
import { PipelineFields } from './fields.ts';

/** A PostgreSQL that the domain's SQL reads where it is, as an Athena catalog of its own. */
export interface DatabaseSource {
  /** Lower-case letters, digits, underscores; the catalog is `<domain>_<name>`. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Who reads there: somebody who can write nothing. */
  readonly user: string;
  readonly sslmode: SslMode;
  readonly network: SourceNetwork;
}

/** `verify-full` also compares the name of the server with its certificate. `disable` is for a database of this machine. */
export type SslMode = 'require' | 'verify-ca' | 'verify-full' | 'disable';

/** A network of its own, from which one range of addresses is reached; or a place in one that is there. */
export type SourceNetwork =
  | { readonly cidr: string; readonly to: string }
  | { readonly subnet: string; readonly zone: string; readonly securityGroup: string };

/** The file beside `pipeline.yaml`; a repository without sources has none. */
export const SOURCES_FILE = 'sources.yaml';

const KEYS = ['engine', 'host', 'port', 'database', 'user', 'sslmode', 'network'];
const MAX_BYTES = 65_536;
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/;
const CIDR = /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/;
/** What Athena has room for in the name of a catalog. */
const LONGEST_CATALOG = 41;

/** The Athena catalog of a source: `sales_crm`. */
export function catalogName(domain: string, source: string): string {
  return `${glueName(domain)}_${source}`;
}

/** Reads `sources.yaml`: `WEFT-PIPELINE-001` to `-004` as in `pipeline.yaml`. */
export function parseSources(text: string, file: string, domain: string): Checked<readonly DatabaseSource[]> {
  const findings = new Findings('PIPELINE');
  const { view, problems } = readYaml({ file, text }, { code: findings.code(1), maxBytes: MAX_BYTES });
  findings.add(problems);
  if (view === undefined) return findings.outcome<readonly DatabaseSource[]>(undefined);
  const fields = new PipelineFields(findings);
  if (!fields.isMap(view, file)) return findings.outcome<readonly DatabaseSource[]>(undefined);
  fields.refuseUnknown(view, ['sources']);
  const entries = view.get('sources')?.entries ?? [];
  if (entries.length === 0) fields.missing(view, 'sources', 'the databases that are read');
  return findings.outcome(entries.map(({ key, value }) => readSource(key, value, domain, fields)));
}

function readSource(name: string, view: YamlView, domain: string, fields: PipelineFields): DatabaseSource {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    fields.refuse(view, `the source "${name}" has no name that SQL takes`, 'lower-case letters, digits, underscores');
  }
  const catalog = catalogName(domain, name);
  if (catalog.length > LONGEST_CATALOG) {
    fields.refuse(
      view,
      `the catalog "${catalog}" has ${catalog.length} characters`,
      `a name so short that it has ${LONGEST_CATALOG}`,
    );
  }
  fields.isMap(view, `the source "${name}"`);
  fields.refuseUnknown(view, KEYS);
  fields.oneOf(view, 'engine', ['postgresql']);
  const host = fields.text(view, 'host', /^[\w.:-]{1,253}$/, 'the name or address of the database server');
  const port = Number(fields.text(view, 'port', /^\d{1,5}$/, 'the port that it listens on, e.g. 5432'));
  const database = fields.text(view, 'database', /^[\w-]{1,63}$/, 'the name of the database');
  const user = fields.text(view, 'user', /^[\w-]{1,63}$/, 'the user who reads it');
  const sslmode = fields.oneOf(view, 'sslmode', ['require', 'verify-ca', 'verify-full', 'disable']);
  if (sslmode === 'disable' && host !== '' && !LOOPBACK.test(host)) {
    const at = view.get('sslmode') ?? view;
    fields.refuse(at, `"sslmode" is "disable", and ${host} is not this machine`, 'require, verify-ca or verify-full');
  }
  return { name, host, port, database, user, sslmode, network: readNetwork(view, fields) };
}

function readNetwork(source: YamlView, fields: PipelineFields): SourceNetwork {
  const view = source.get('network');
  if (view === undefined) fields.missing(source, 'network', '{ cidr, to }, or { subnet, zone, securityGroup }');
  if (view === undefined || !fields.isMap(view, '"network"')) return { cidr: '', to: '' };
  if (view.get('subnet') === undefined) {
    fields.refuseUnknown(view, ['cidr', 'to']);
    const range = 'a range of addresses, e.g. 10.90.0.0/26';
    return { cidr: fields.text(view, 'cidr', CIDR, range), to: fields.text(view, 'to', CIDR, range) };
  }
  fields.refuseUnknown(view, ['subnet', 'zone', 'securityGroup']);
  return {
    subnet: fields.text(view, 'subnet', /^subnet-\w+$/, 'the id of a subnet'),
    zone: fields.text(view, 'zone', /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'its availability zone'),
    securityGroup: fields.text(view, 'securityGroup', /^sg-\w+$/, 'the id of a security group'),
  };
}
