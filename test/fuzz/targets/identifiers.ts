import { stringify } from 'yaml';
import { filterName } from '#mesh/access/share.ts';
import { parseProduct } from '#mesh/contract/parse.ts';
import * as names from '#mesh/topology/names.ts';
import { parseMesh } from '#mesh/topology/parse.ts';
import { stackNames } from '#mesh/topology/stack-names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { between, type Chance, pick, times } from '../chance.ts';
import { somePiece } from '../mutate.ts';
import { oneByOne, type Target, type Verdict } from '../target.ts';
import { productModel } from './identifier-files.ts';

/** Names that people give, and what becomes of them. */
export const target: Target = {
  name: 'identifiers',
  what: 'names that are accepted become physical names that AWS takes, and no two of them the same one',
  suffix: 'json',
  make: (chance) => JSON.stringify(some(chance)),
  open: async () => oneByOne(judge),
};

interface Input {
  readonly mesh: string;
  readonly domains: readonly string[];
  readonly products: readonly { readonly domain: number; readonly name: string; readonly version: string }[];
  readonly tables: readonly string[];
  readonly columns: readonly string[];
}

const WORDS = [
  'a',
  'b',
  'ab',
  'a-b',
  'b-a',
  'a-b-c',
  'sales',
  'lf',
  'audit',
  'directory',
  'producer',
  'agent',
  'mesh',
  'foundation',
  'landing',
  'exchange',
  'enrolment',
  'governance',
  'global',
  'auditor',
  'view',
  'view-definer',
  'dead-letters',
  'products',
  'v1',
  'a-v1',
  'trail',
  'mask-keys',
  'witness',
  'organization',
  'rules',
  'reconcile',
];
const TABLES = [
  't',
  'T',
  'a_b',
  'a__b',
  '_',
  '__proto__',
  'constructor',
  'select',
  '1',
  'tostring',
  'ﬀ',
  'ı',
  'İ',
  'K',
];

function word(chance: Chance): string {
  const how = chance();
  if (how < 0.75) return pick(chance, WORDS);
  if (how < 0.87) return `${pick(chance, WORDS)}-${pick(chance, WORDS)}`;
  if (how < 0.93) return `${'x'.repeat(between(chance, 1, 60))}${pick(chance, ['', '-y', '-'])}`;
  return somePiece(chance).slice(0, 300);
}

function some(chance: Chance): Input {
  const domains = times(chance, 1, 6, () => word(chance));
  const cell = () => (chance() < 0.75 ? pick(chance, TABLES) : word(chance).replaceAll('-', '_'));
  return {
    mesh: chance() < 0.8 ? pick(chance, ['m', 'a', 'a-b', 'aviation', 'twelve-chars']) : word(chance),
    domains: chance() < 0.9 ? [...new Set(domains)] : domains,
    products: times(chance, 1, 4, () => ({
      domain: between(chance, 0, domains.length - 1),
      name: word(chance),
      version: pick(chance, [
        '1.0.0',
        '2.0.0',
        '10.1.0',
        '0.1.0',
        '99999999999999999999.0.0',
        '1.0',
        '01.0.0',
        '1.0.0-x',
      ]),
    })),
    tables: [...new Set(times(chance, 1, 3, cell))],
    columns: [...new Set(times(chance, 1, 4, cell))],
  };
}

function judge(text: string): Verdict {
  let input: Input;
  try {
    input = JSON.parse(text) as Input;
    if (![input.domains, input.products, input.tables, input.columns].every(Array.isArray)) return 'refused';
  } catch {
    return 'refused';
  }
  const read = parseMesh(stringify(meshModel(input)), 'mesh.yaml');
  if (!read.ok) return 'refused';
  const book = new Book();
  noteMesh(book, read.value);
  let accepted = false;
  for (const { domain, name, version } of input.products) {
    const owner = read.value.domains[domain];
    if (owner === undefined) continue;
    const bucket = names.productBucketName(input.mesh, owner.name, owner.account, 'eu-west-1');
    const files = productModel({ owner, bucket, name, version, tables: input.tables, columns: input.columns });
    const draft = parseProduct(files, read.value);
    if (!draft.ok) continue;
    accepted = true;
    noteProduct(book, draft.value, read.value);
  }
  if (book.wrong !== undefined) return { wrong: book.wrong };
  return accepted ? 'accepted' : 'refused';
}

function meshModel({ mesh, domains }: Input): object {
  return {
    mesh,
    region: 'eu-west-1',
    governance: { account: GOVERNANCE },
    classification: ['public', 'internal'],
    domains: domains.map((name, index) => ({
      name,
      account: `2222222222${10 + index}`,
      owners: ['o'],
      contact: 'c@example.org',
    })),
  };
}

const GOVERNANCE = '111111111111';

/** What AWS takes as the name of each kind of thing. */
const RULES = {
  role: /^[\w+=,.@-]{1,64}$/,
  bucket: /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  function: /^[a-zA-Z0-9-_]{1,64}$/,
  queue: /^[a-zA-Z0-9-_]{1,75}(\.fifo)?$/,
  bus: /^[./\-_A-Za-z0-9]{1,256}$/,
  archive: /^[.\-_A-Za-z0-9]{1,48}$/,
  workgroup: /^[a-zA-Z0-9._-]{1,128}$/,
  alias: /^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/,
  parameter: /^\/[a-zA-Z0-9_.-]+(\/[a-zA-Z0-9_.-]+){0,14}$/,
  database: /^[a-z0-9_]{1,255}$/,
  table: /^[a-z0-9_]{1,255}$/,
  column: /^[a-z0-9_]{1,255}$/,
  filter: /^[a-zA-Z0-9_-]{1,255}$/,
  stack: /^[A-Za-z][A-Za-z0-9-]{0,127}$/,
  source: /^(?!aws\.)[/.\-_A-Za-z0-9]{1,256}$/,
} as const;

/** Which names there are in which account, and what each stands for. */
class Book {
  wrong: string | undefined;
  readonly #taken = new Map<string, string>();

  note(account: string, kind: keyof typeof RULES, name: string, means: string): void {
    if (!RULES[kind].test(name)) this.wrong ??= `AWS takes no ${kind} "${name}", which stands for ${means}`;
    const key = `${account} ${kind} ${name}`;
    const before = this.#taken.get(key);
    if (before !== undefined && before !== means)
      this.wrong ??= `collision: the ${kind} "${name}" stands for ${before} and for ${means}`;
    this.#taken.set(key, means);
  }
}

function noteMesh(book: Book, topology: Topology): void {
  const { mesh, region, governanceAccount: governance, domains } = topology;
  for (const role of [
    ...names.GOVERNANCE_ROLES,
    'audit-rules',
    'reconcile',
    'relay',
    'appender',
    'view-definer',
  ] as const)
    book.note(governance, 'role', names.governanceRoleName(mesh, role), `governance's ${role}`);
  book.note(governance, 'role', names.auditDirectoryRoleName(mesh), 'the directory of the audit rules');
  book.note(governance, 'bus', names.meshBusName(mesh), 'the bus of the mesh');
  book.note(governance, 'archive', names.archiveName(names.meshBusName(mesh)), 'the archive of the mesh');
  book.note(governance, 'function', names.deadLettersName(mesh), 'dead letters of governance');
  book.note(governance, 'queue', names.auditQueueName(mesh), 'the queue of the trail');
  book.note(governance, 'queue', names.queriesQueueName(mesh), 'the queue of queries');
  for (const [name, means] of [
    [names.auditBucketName(mesh, governance, region), 'the trail'],
    [names.maskKeyBucketName(mesh, governance, region), 'the mask keys'],
    [names.trailBucketName(mesh, governance, region), 'CloudTrail'],
    [names.witnessBucketName(mesh, governance, region), 'the witness'],
  ] as const)
    book.note('everywhere', 'bucket', name, means);
  for (const account of new Set([governance, ...domains.map((domain) => domain.account)])) {
    const stacks = stackNames(topology, account);
    for (const [index, stack] of stacks.entries()) book.note(account, 'stack', stack, `stack ${index} of ${account}`);
  }
  for (const domain of domains) noteDomain(book, topology, domain);
}

function noteDomain(
  book: Book,
  { mesh, region, governanceAccount: governance }: Topology,
  domain: Topology['domains'][number],
): void {
  const { name, account } = domain;
  book.note(governance, 'role', names.registrationRoleName(mesh, name), `the registration of ${name}`);
  book.note(governance, 'role', names.directoryRoleName(mesh, name), `the directory of ${name}`);
  book.note(governance, 'parameter', `${names.domainParameterPath(mesh)}/${name}`, `the parameter of ${name}`);
  for (const role of [
    ...names.DOMAIN_ROLES,
    'agent',
    'catalog-watch',
    'event-port',
    'disposal',
    'query-watch',
    'pipeline',
    'edge',
    'quality',
  ] as const)
    book.note(account, 'role', names.domainRoleName(mesh, name, role), `${role} of ${name}`);
  book.note('everywhere', 'bucket', names.productBucketName(mesh, name, account, region), `products of ${name}`);
  book.note('everywhere', 'bucket', names.landingBucketName(mesh, name, account, region), `landing of ${name}`);
  book.note('everywhere', 'bucket', names.exchangeBucketName(mesh, name, account, region), `exchange of ${name}`);
  book.note(account, 'bus', names.domainBusName(mesh, name), `the bus of ${name}`);
  book.note(account, 'archive', names.archiveName(names.domainBusName(mesh, name)), `the archive of ${name}`);
  book.note(account, 'workgroup', names.workgroupName(mesh, name), `the workgroup of ${name}`);
  book.note(account, 'function', names.deadLettersName(mesh, name), `dead letters of ${name}`);
  book.note(account, 'function', names.disposalName(mesh, name), `the disposal of ${name}`);
  book.note(account, 'queue', names.pipelineQueueName(mesh, name), `the pipeline of ${name}`);
  book.note(account, 'alias', names.productKeyAlias(mesh, name), `the key of ${name}`);
  book.note(account, 'database', names.landingDatabaseName(name), `landing of ${name}`);
  for (const source of [names.domainSource(name), names.rowsSource(name), names.productSource(account, name)])
    book.note('everywhere', 'source', source, `${source.split('.').slice(0, 2).join('.')} of ${name}`);
}

function noteProduct(
  book: Book,
  draft: {
    domain: string;
    name: string;
    major: number;
    tables: readonly { name: string; columns: readonly { name: string }[] }[];
  },
  topology: Topology,
): void {
  const { domain, name, major, tables } = draft;
  const id = `${domain}/${name} v${major}`;
  const database = names.databaseName(domain, name, major);
  book.note(GOVERNANCE, 'database', database, id);
  for (const { account } of topology.domains) book.note(account, 'database', database, id);
  book.note(GOVERNANCE, 'parameter', names.shareParameterName(topology.mesh, database), id);
  const back = names.productOfDatabase(database);
  if (back === undefined || back.domain !== domain || back.name !== name || back.major !== major)
    book.wrong ??= `the database "${database}" of ${id} is read as ${JSON.stringify(back)}`;
  for (const table of tables) {
    book.note(`${database}`, 'table', table.name, `${id} ${table.name}`);
    if (table.name === '__proto__') book.wrong ??= 'a table is called __proto__, which no object can hold as a member';
    for (const column of table.columns) {
      book.note(`${database}.${table.name}`, 'column', column.name, `${id} ${table.name}.${column.name}`);
      if (column.name === '__proto__')
        book.wrong ??= 'a column is called __proto__, which no object can hold as a member';
    }
    for (const consumer of topology.domains)
      book.note(
        `${database}.${table.name}`,
        'filter',
        filterName({ id: `${domain}.${name}.v${major}.${consumer.name}.0123456789`, consumer: consumer.name }),
        `the subscription of ${consumer.name}`,
      );
  }
}
