import { AUDIT_COMMANDS } from './audit-commands.ts';
import type { CommandSpec } from './command.ts';
import { DOMAIN_END } from './domain-commands.ts';
import { DRIFT_COMMANDS } from './drift-commands.ts';
import { EDGE_COMMANDS } from './edge-commands.ts';
import { ENTITLEMENT_COMMANDS } from './entitlement-commands.ts';
import { EVENTS } from './events-commands.ts';
import { DOMAIN_SUSPENSION, PRODUCT_LIFE, SUBSCRIPTION_LIFE } from './life-commands.ts';
import { LINEAGE_COMMANDS } from './lineage-commands.ts';
import { PIPELINE_COMMANDS } from './pipeline-commands.ts';
import { POLICY_COMMANDS } from './policy-commands.ts';
import { VERSION_LIFE } from './product-life-commands.ts';
import { QUALITY_COMMANDS } from './quality-commands.ts';
import { SETUP_COMMANDS } from './setup-commands.ts';
import { TEMPLATE_COMMANDS } from './template-commands.ts';

const DECISION_OPTIONS = [
  { flags: '--clearance <level>', description: 'show columns up to this level only' },
  { flags: '--columns <table=a,b>', description: 'show only these columns of a table', repeatable: true },
  {
    flags: '--rows <table=expression>',
    description: 'show only these rows, e.g. strikes="state IN (\'Texas\')"',
    repeatable: true,
  },
  { flags: '--tables <a,b>', description: 'only these tables' },
  { flags: '--expires <date>', description: 'when it ends, ISO 8601' },
];

const REQUEST_OPTIONS = [
  { flags: '--purpose <text>', description: 'what the data is for' },
  { flags: '--principals <arns>', description: "role ARNs, separated by commas (default: the domain's analyst role)" },
  { flags: '--role <role>', description: 'a role of your account, by name or ARN', repeatable: true },
  { flags: '--whole-account', description: 'the whole account, whose own administrator passes on' },
  { flags: '--major <number>', description: 'major version (default: the newest)' },
  ...DECISION_OPTIONS,
];

const PRODUCT_FOLDER = [{ name: '<folder>', description: 'folder with *.odps.yaml and *.odcs.yaml' }];

/** Every command of `weft`, in the order of its help. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'demo',
    summary: 'play the main job of a mesh on this machine, on real data',
    options: [
      { flags: '--keep', description: 'leave the mesh up for weft commands' },
      { flags: '--folder <path>', description: 'where the mesh lives (default: .weft); it starts clean' },
      { flags: '--port <number>', description: 'port of the local AWS (default: a free one)' },
    ],
    examples: [
      { line: 'weft demo --keep', what: 'play it, then look around with weft product list --as analytics/analyst' },
    ],
    shape: '{ "ok", "steps": [{ "id", "ok", "ms" }], "calls": { "register", "share", "revoke" }, "registerMs" }',
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'local up',
    summary: 'bring up a mesh on this machine from the CDK stacks and serve it on 127.0.0.1',
    options: [
      {
        flags: '--mesh <file>',
        description: 'the mesh to bring up (default: ./mesh.yaml, else $WEFT_MESH, else the example)',
      },
      { flags: '--folder <path>', description: 'where it lives (default: .weft)' },
      { flags: '--port <number>', description: 'port; the next free one is taken unless --pin (default: 4566)' },
      { flags: '--pin', description: 'fail when the port is taken' },
      { flags: '--detach', description: 'leave it running in the background' },
    ],
    examples: [
      { line: 'weft local up', what: 'in the foreground, until Ctrl-C' },
      { line: 'weft local up --detach', what: 'in the background; weft local down stops it' },
    ],
    shape: '{ "endpoint", "apiUrl", "pid", "port" }',
    load: () => import('./commands/local-up.ts'),
  },
  {
    name: 'local down',
    summary: 'stop the local mesh; its state stays',
    options: [{ flags: '--folder <path>', description: 'where it lives (default: .weft)' }],
    examples: [{ line: 'weft local down', what: 'weft local up brings it back as it was' }],
    shape: '{ "stopped": true | false }',
    load: () => import('./commands/local-down.ts'),
  },
  {
    name: 'local status',
    summary: 'what runs, where, and what waits',
    options: [{ flags: '--folder <path>', description: 'where it lives (default: .weft)' }],
    examples: [{ line: 'weft local status', what: 'endpoint, stacks, functions' }],
    shape:
      '{ "running", "endpoint", "apiUrl", "pid", "services": […], "stacks": […], "functions": […], "waiting" }; without a mesh { "running": false }',
    load: () => import('./commands/local-status.ts'),
  },
  {
    name: 'local env',
    summary: 'print the environment with which other AWS clients are a principal of the local mesh',
    options: [
      { flags: '--as <principal>', description: '<domain>/<role>, governance/<role> or a role ARN' },
      { flags: '--folder <path>', description: 'where it lives (default: .weft)' },
    ],
    examples: [{ line: 'eval "$(weft local env --as analytics/analyst)"', what: 'then: aws glue get-databases' }],
    shape: '{ "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", … }',
    load: () => import('./commands/local-env.ts'),
  },
  {
    name: 'local logs',
    summary: 'the logs of the Lambdas',
    arguments: [{ name: '[function]', description: 'part of a function name' }],
    options: [
      { flags: '-f, --follow', description: 'go on as lines come' },
      { flags: '--folder <path>', description: 'where it lives (default: .weft)' },
    ],
    examples: [{ line: 'weft local logs reconcile -f', what: 'follow the reconciler' }],
    shape: '[{ "function", "line" }]',
    load: () => import('./commands/local-logs.ts'),
  },
  {
    name: 'local reset',
    summary: 'stop the local mesh and delete its state',
    options: [
      { flags: '--folder <path>', description: 'where it lives (default: .weft)' },
      { flags: '--yes', description: 'do not ask' },
    ],
    examples: [{ line: 'weft local reset --yes', what: 'start from nothing' }],
    shape: '{ "removed": "<folder>" }',
    load: () => import('./commands/local-reset.ts'),
  },
  {
    name: 'mesh show',
    summary: 'domains, accounts and counts',
    connects: true,
    examples: [{ line: 'weft mesh show --as governance/platform', what: 'the whole mesh at a glance' }],
    shape: '{ "topology", "policies": […], "counts", "versions" }',
    load: () => import('./commands/mesh-show.ts'),
  },
  {
    name: 'mesh version',
    summary: 'which version the command, governance and each domain are of',
    connects: true,
    examples: [{ line: 'weft mesh version --as governance/platform', what: 'before and after an upgrade' }],
    shape: '{ "command", "governance", "registryFormat", "domains": { "<domain>": "<version>" | null } }',
    load: () => import('./commands/mesh-version.ts'),
  },
  {
    name: 'mesh costs',
    summary: 'split a bill among the domains, by what the audit trail measured',
    options: [
      { flags: '--bill <file>', description: 'CSV or Parquet: account, service, amount; or a Cost and Usage Report' },
      {
        flags: '--period <period>',
        description: 'what the bill is for: 2026, 2026-Q3, 2026-07, or two moments with ..',
      },
      { flags: '--output <file>', description: 'write every part, as .csv' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft mesh costs --bill october.csv --period 2026-10 --as governance/auditor',
        what: 'what each domain pays; the parts add up to the bill',
      },
    ],
    shape:
      '{ "period", "currency", "total", "outside", "domains": [{ "domain", "own", "shared", "total" }], "measured" }',
    load: () => import('./commands/mesh-costs.ts'),
  },
  {
    name: 'mesh export',
    summary: 'write all that the mesh knows in open formats: contracts as ODPS and ODCS, the rest as JSON',
    options: [{ flags: '--out <folder>', description: 'where to; must be empty (default: mesh-export)' }],
    connects: true,
    examples: [
      { line: 'weft mesh export --out backup --as governance/auditor', what: 'what you could leave with, or compare' },
    ],
    shape: '{ "folder", "products", "subscriptions", "files": […] }',
    load: () => import('./commands/mesh-export.ts'),
  },
  ...TEMPLATE_COMMANDS,
  ...DOMAIN_SUSPENSION,
  ...DOMAIN_END,
  ...PIPELINE_COMMANDS,
  ...EDGE_COMMANDS,
  ...QUALITY_COMMANDS,
  ...LINEAGE_COMMANDS,
  ...SETUP_COMMANDS,
  {
    name: 'product validate',
    summary: 'check the contracts of products: every problem at once, with its place and its fix',
    arguments: [
      { name: '<folder|file…>', description: 'product folders, or single *.odps.yaml and *.odcs.yaml files' },
    ],
    options: [
      {
        flags: '--mesh <file>',
        description: 'the mesh to check against (default: ./mesh.yaml, else $WEFT_MESH, else the example)',
      },
      { flags: '--output <file>', description: 'write the problems too, by suffix: .sarif, .json or .junit.xml' },
    ],
    examples: [
      { line: 'weft product validate examples/aviation/products/flights', what: 'exit code 1 when something is wrong' },
      { line: 'weft product validate products/* --output problems.sarif', what: 'a pull request shows them in place' },
    ],
    shape: '{ "ok", "problems": [{ "code", "severity", "message", "file", "line", "column", "fix" }] }',
    load: () => import('./commands/product-validate.ts'),
  },
  {
    name: 'product import',
    summary: "write the contracts of a product from a table of your domain's Glue catalog",
    options: [
      { flags: '--table <database.table>', description: 'the table' },
      { flags: '--domain <name>', description: 'the domain (default: the one of your account)' },
      { flags: '--out <folder>', description: 'where to write (default: products/<product>)' },
      {
        flags: '--sample',
        description: 'guess at what columns hold by some of their values too, not by their names alone',
      },
    ],
    connects: true,
    examples: [
      {
        line: 'weft product import --table flight_operations.flights --as flight-operations/producer',
        what: 'then classify the columns, validate and publish',
      },
    ],
    shape: '{ "folder", "files": […], "problems": […] }',
    load: () => import('./commands/product-import.ts'),
  },
  {
    name: 'product diff',
    summary: 'what changes between two versions of a product, each change judged by a rule',
    arguments: [
      { name: '<old>', description: 'folder of the version that is there' },
      { name: '<new>', description: 'folder of the version that comes' },
    ],
    options: [
      {
        flags: '--mesh <file>',
        description: 'the mesh that both belong to (default: ./mesh.yaml, else $WEFT_MESH, else the example)',
      },
      {
        flags: '--detailed-exitcode',
        description: '0 no change, 2 changes, 3 changes that need a new major version, 1 error',
      },
      { flags: '--downstream', description: 'ask the mesh which products are made of what changes' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft product diff published/flights products/flights --detailed-exitcode',
        what: 'compatible, breaking or to be decided; docs/reference/compatibility.md has the rules',
      },
      {
        line: 'weft product diff published/flights products/flights --downstream --as flight-operations/producer',
        what: 'and what other products make of it',
      },
    ],
    shape:
      '{ "from", "to", "needs": "nothing" | "patch" | "minor" | "major", "changes": [{ "code", "rule", "verdict", "breaking", "kind", "table", "column", "message" }], "downstream"?: [{ "product", "major", "table", "column", "changes", "how" }] }',
    load: () => import('./commands/product-diff.ts'),
  },
  {
    name: 'product plan',
    summary: 'show what publishing would change, before anything happens',
    arguments: PRODUCT_FOLDER,
    options: [{ flags: '--detailed-exitcode', description: '0 nothing to do, 2 changes, 1 error' }],
    connects: true,
    examples: [
      {
        line: 'weft product plan products/flights --as flight-operations/producer',
        what: 'catalog changes, grants, verdict',
      },
    ],
    shape: '{ "plan" }',
    load: () => import('./commands/product-plan.ts'),
  },
  {
    name: 'product publish',
    summary: 'publish a product, or a new version of it, and wait until it is Ready',
    arguments: PRODUCT_FOLDER,
    options: [{ flags: '--no-wait', description: 'return as soon as the command is accepted' }],
    connects: true,
    examples: [
      {
        line: 'weft product publish products/flights --as flight-operations/producer',
        what: 'from contract to central catalog',
      },
    ],
    shape: '{ "product" }',
    load: () => import('./commands/product-publish.ts'),
  },
  {
    name: 'product list',
    summary: 'the products of the mesh',
    options: [{ flags: '-d, --domain <name>', description: 'of one domain' }],
    connects: true,
    examples: [{ line: 'weft product list --as analytics/analyst', what: 'also those you may not read yet' }],
    shape: '{ "products": […] }',
    load: () => import('./commands/product-list.ts'),
  },
  {
    name: 'product search',
    summary: 'find products by name, text, tag or column',
    arguments: [{ name: '<words…>', description: 'what you look for' }],
    connects: true,
    examples: [{ line: 'weft product search delay --as analytics/analyst', what: 'best match first' }],
    shape: '{ "products": […] }',
    load: () => import('./commands/product-list.ts'),
  },
  {
    name: 'product show',
    summary: 'one product: owner, columns, status, subscriptions',
    arguments: [{ name: '<product>', description: '<domain>/<product>' }],
    options: [{ flags: '--major <number>', description: 'major version (default: the newest)' }],
    connects: true,
    examples: [
      {
        line: 'weft product show wildlife-safety/bird-strikes --as analytics/analyst',
        what: 'columns with their classification',
      },
    ],
    shape: '{ "product", "subscriptions", "shares", "feedback" }',
    load: () => import('./commands/product-show.ts'),
  },
  {
    name: 'product export',
    summary: 'write a snapshot of what you may see of a product as Parquet files with a manifest of checksums',
    arguments: [{ name: '<product>', description: '<domain>/<product>' }],
    options: [
      { flags: '--out <folder>', description: 'where to; must be empty (default: the name of the product)' },
      { flags: '--purpose <text>', description: 'what the files are for (default: the purpose of the subscription)' },
      { flags: '--major <number>', description: 'major version (default: the newest)' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft product export airport-reference/airports --as analytics/analyst',
        what: 'the file port: the same columns and rows as through SQL',
      },
    ],
    shape:
      '{ "product", "version", "major", "exportedAt", "principal", "tables": […], "files": [{ "table", "path", "bytes", "sha256" }] }',
    load: () => import('./commands/product-export.ts'),
  },
  {
    name: 'product verify',
    summary: 'check an exported snapshot against its manifest',
    arguments: [{ name: '<folder>', description: 'what weft product export wrote' }],
    examples: [{ line: 'weft product verify airports', what: 'exit code 1 when a file is missing or differs' }],
    shape: '{ "ok", "problems": […] }',
    load: () => import('./commands/product-verify.ts'),
  },
  ...PRODUCT_LIFE,
  ...VERSION_LIFE,
  {
    name: 'subscription plan',
    summary: 'show the exact grants that a subscription would need, and the verdict, before asking',
    arguments: [{ name: '<product>', description: '<domain>/<product>, or the id of a pending subscription' }],
    options: REQUEST_OPTIONS,
    connects: true,
    examples: [
      { line: 'weft subscription plan flight-operations/flights --as analytics/analyst', what: 'nothing happens' },
    ],
    shape: '{ "plan" }',
    load: () => import('./commands/subscription-plan.ts'),
  },
  {
    name: 'subscription request',
    summary: 'ask for access to a product',
    arguments: [{ name: '<product>', description: '<domain>/<product>' }],
    options: [...REQUEST_OPTIONS, { flags: '--no-wait', description: 'do not wait for an automatic grant' }],
    connects: true,
    examples: [
      {
        line: 'weft subscription request wildlife-safety/bird-strikes --purpose "strike risk by airport" --as analytics/analyst',
        what: 'the owner decides',
      },
    ],
    shape: '{ "subscription", "plan" }',
    load: () => import('./commands/subscription-request.ts'),
  },
  {
    name: 'subscription approve',
    summary: 'approve a request, as asked or narrowed',
    arguments: [{ name: '<id>', description: 'subscription id, or <domain>/<product> where only one can be meant' }],
    options: [
      ...DECISION_OPTIONS,
      { flags: '--class <class>', description: 'the class that you approve for (default: the first that is missing)' },
      { flags: '--reason <text>', description: 'why' },
      { flags: '--no-wait', description: 'do not wait until it is active' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft subscription approve <id> --clearance internal --as wildlife-safety/steward',
        what: 'confidential columns stay withheld',
      },
    ],
    shape: '{ "subscription", "plan" }',
    load: () => import('./commands/subscription-approve.ts'),
  },
  {
    name: 'subscription reject',
    summary: 'refuse a request',
    arguments: [{ name: '<id>', description: 'subscription id, or <domain>/<product> where only one can be meant' }],
    options: [{ flags: '--reason <text>', description: 'why' }],
    connects: true,
    examples: [
      {
        line: 'weft subscription reject <id> --reason "no purpose" --as wildlife-safety/steward',
        what: 'the requester is told',
      },
    ],
    shape: '{ "subscription" }',
    load: () => import('./commands/subscription-reject.ts'),
  },
  {
    name: 'subscription revoke',
    summary: 'end a subscription and see that nothing is left',
    arguments: [{ name: '<id>', description: 'subscription id, or <domain>/<product> where only one can be meant' }],
    options: [
      { flags: '--reason <text>', description: 'why' },
      { flags: '--no-wait', description: 'do not wait for the proof' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft subscription revoke <id> --reason "project ended" --as wildlife-safety/steward',
        what: 'waits for the read-back of both accounts',
      },
    ],
    shape: '{ "subscription" }',
    load: () => import('./commands/subscription-revoke.ts'),
  },
  ...SUBSCRIPTION_LIFE,
  ...ENTITLEMENT_COMMANDS,
  ...DRIFT_COMMANDS,
  ...POLICY_COMMANDS,
  ...EVENTS,
  {
    name: 'subscription list',
    summary: 'subscriptions that you may see',
    options: [
      { flags: '--product <product>', description: '<domain>/<product>' },
      { flags: '--consumer <domain>', description: 'of one consumer' },
      {
        flags: '--state <state>',
        description: 'pending, approved, active, expiring, revoking, revoked, rejected, expired',
      },
    ],
    connects: true,
    examples: [
      { line: 'weft subscription list --state pending --as wildlife-safety/steward', what: 'what waits for you' },
    ],
    shape: '{ "subscriptions": […] }',
    load: () => import('./commands/subscription-list.ts'),
  },
  {
    name: 'query',
    summary: 'run SQL through Athena, governed by Lake Formation; at a terminal alone, a prompt for it',
    arguments: [{ name: '[sql]', description: 'one SELECT; - reads it from standard input' }],
    options: [
      { flags: '-i, --interactive', description: 'a prompt, also where no terminal is; .help shows its commands' },
      { flags: '--database <name>', description: 'database of unqualified tables' },
      { flags: '--format <format>', description: 'table, csv, json or parquet (default: table)' },
      { flags: '--output <file>', description: 'write the rows, by suffix: .csv, .json or .parquet' },
      { flags: '--limit <rows>', description: 'rows to show or write (default: 1000)' },
      {
        flags: '--reuse <age>',
        description: 'take an earlier answer that is no older, e.g. 15m, when neither data nor access has changed',
      },
    ],
    connects: true,
    examples: [
      {
        line: 'weft query "SELECT count(*) FROM flight_operations__flights__v1.flights" --as analytics/analyst',
        what: 'a linked product is <domain>__<product>__v<major>',
      },
    ],
    shape:
      '{ "id", "columns": [{ "name", "type" }], "rows": [[…]], "scannedBytes", "milliseconds", "submittedAt", "reused" }',
    load: () => import('./commands/query.ts'),
  },
  ...AUDIT_COMMANDS,
  {
    name: 'completion',
    summary: 'print the completion script of a shell',
    arguments: [{ name: '<shell>', description: 'bash, zsh or fish' }],
    examples: [{ line: 'eval "$(weft completion bash)"', what: 'in ~/.bashrc' }],
    shape: '{ "script" }',
    load: () => import('./commands/completion.ts'),
  },
];
