import type { ProductDraft } from '../contract/draft.ts';
import type { Checked } from '../error.ts';
import type { ProductTable } from '../product/product.ts';
import { domainNamed, type Topology } from '../topology/topology.ts';
import { Findings } from '../yaml/findings.ts';
import { type Exchange, exchangedTables } from './exchange.ts';
import { landingColumns } from './landing.ts';
import type { ReadPipeline } from './parse.ts';
import type { PipelineStep } from './pipeline.ts';
import { asksForFiles, notOneSelect } from './sql-text.ts';

/** What a pipeline is checked against. */
export interface PipelineGround {
  readonly topology: Topology;
  /** The products of the repository, from their contracts. */
  readonly products: readonly ProductDraft[];
  /** The text of each SQL file beside `pipeline.yaml`, by its name. */
  readonly sql: Readonly<Record<string, string>>;
}

/**
 * Holds a pipeline against the contracts and its SQL: `WEFT-PIPELINE-006` its domain, `-007` a product, `-008` a table, `-009` a table that no step can write,
 * `-010` a file of SQL, `-011` what is not one SELECT, `-012` `:files` in the wrong place, `-013` a source that is no product of another domain, `-014` files
 * that no raw table reads, `-015` rows that would come again, `-016` a raw table without columns, `-025` an exchange with nobody whom the mesh knows, `-026` one that
 * shows nothing.
 */
export function checkPipeline({ pipeline, places }: ReadPipeline, ground: PipelineGround): Checked<ReadPipeline> {
  const findings = new Findings('PIPELINE');
  const { topology, products } = ground;
  if (domainNamed(topology, pipeline.domain) === undefined) {
    const known = topology.domains.map(({ name }) => name).join(', ');
    findings.error(6, places.root, `the domain "${pipeline.domain}" is not in the mesh`, `use one of ${known}`);
  }
  const other = products.find(({ domain }) => domain !== pipeline.domain);
  if (other !== undefined) {
    const message = `the product "${other.name}" is of the domain "${other.domain}", the pipeline of "${pipeline.domain}"`;
    findings.error(6, places.root, message, 'a repository holds one domain');
  }
  for (const [index, step] of pipeline.steps.entries()) {
    const at = (key: string) => places.step(index, key);
    checkTarget(step, ground, at, findings);
    checkSql(step, ground, at, findings);
    checkTrigger(step, { pipeline, places }, ground, at, findings);
  }
  for (const landing of pipeline.landing) {
    // Where a step takes its files, what is wrong with that step is told there.
    const taken = pipeline.steps.some(({ on }) => 'files' in on && on.files.startsWith(landing.files));
    if (taken || landingColumns(landing, pipeline, products) !== undefined) continue;
    const message = `the raw table "${landing.name}" has no columns, and no step takes the files of "${landing.files}"`;
    findings.error(16, places.landing(landing.name), message, 'add "columns: [<name>, …]", or a step for its files');
  }
  for (const [index, exchange] of (pipeline.exchange ?? []).entries())
    checkExchange(exchange, pipeline.domain, ground, (key) => places.exchange(index, key), findings);
  return findings.outcome({ pipeline, places });
}

/** What goes out of the domain goes to somebody whom the mesh knows, and shows something. */
function checkExchange(
  exchange: Exchange,
  domain: string,
  { topology, products }: PipelineGround,
  at: At,
  findings: Findings,
) {
  const product = products.find(({ name }) => name === exchange.product);
  if (product === undefined) {
    const known = products.map(({ name }) => name).join(', ') || 'none';
    findings.error(
      7,
      at('product'),
      `there is no contract of the product "${exchange.product}"`,
      `use one of ${known}`,
    );
  }
  if (domainNamed(topology, exchange.partner) === undefined || exchange.partner === domain) {
    const known = topology.domains.filter(({ name }) => name !== domain).map(({ name }) => name);
    const message = `the partner "${exchange.partner}" is no other domain of the mesh`;
    findings.error(25, at('partner'), message, `use one of ${known.join(', ')}`);
  }
  const { clearance } = exchange;
  if (clearance !== undefined && !topology.classification.includes(clearance)) {
    const message = `the clearance "${clearance}" is no level of the mesh`;
    findings.error(26, at('clearance'), message, `use one of ${topology.classification.join(', ')}`);
  } else if (product !== undefined && exchangedTables(exchange, product.tables, topology.classification).length === 0) {
    const message = `no column of "${exchange.product}" is at or below ${clearance ?? topology.classification[0]}`;
    findings.error(26, at('clearance'), message, 'raise "clearance" to what the partner may know');
  }
}

type At = (key: string) => ReturnType<ReadPipeline['places']['step']>;

function checkTarget(step: PipelineStep, { products }: PipelineGround, at: At, findings: Findings): void {
  const product = products.find(({ name }) => name === step.product);
  if (product === undefined) {
    const known = products.map(({ name }) => name).join(', ') || 'none';
    findings.error(7, at('product'), `there is no contract of the product "${step.product}"`, `use one of ${known}`);
    return;
  }
  const table = product.tables.find(({ name }) => name === step.table);
  if (table === undefined) {
    const known = product.tables.filter(({ view }) => view === undefined).map(({ name }) => name);
    const message = `the product "${step.product}" has no table "${step.table}"`;
    findings.error(8, at('table'), message, `use one of ${known.join(', ')}`);
    return;
  }
  const refusal = unwritable(table);
  if (refusal !== undefined) findings.error(9, at('table'), refusal.message, refusal.fix);
}

function unwritable({ name, view, format }: ProductTable): { message: string; fix: string } | undefined {
  if (view !== undefined) {
    return { message: `"${name}" is a view, which has no rows of its own`, fix: `write its table "${view.table}"` };
  }
  if (format === 'parquet') return undefined;
  return {
    message: `a pipeline writes Parquet, and "${name}" is ${format}`,
    fix: 'set "format: parquet" in its contract',
  };
}

function checkSql(step: PipelineStep, { sql }: PipelineGround, at: At, findings: Findings): void {
  const text = Object.hasOwn(sql, step.sql) ? sql[step.sql] : undefined;
  if (text === undefined) {
    const known = Object.keys(sql).join(', ') || 'none';
    findings.error(10, at('sql'), `there is no file ${step.sql} beside the pipeline`, `the files there are: ${known}`);
    return;
  }
  const fault = notOneSelect(text);
  if (fault !== undefined) {
    findings.error(11, at('sql'), `${step.sql} is not one SELECT: ${fault}`, 'write one SELECT that gives the columns');
  }
  const asks = asksForFiles(text);
  if (asks && !('files' in step.on)) {
    findings.error(12, at('sql'), `${step.sql} asks for :files, and no file starts the step`, 'set "on: { files: … }"');
  } else if (!asks && 'files' in step.on && step.write === 'append') {
    const message = `${step.sql} does not ask for :files, so every file would add the rows of all`;
    findings.error(12, at('sql'), message, 'add WHERE "$path" IN (:files), or write "replace"');
  }
}

function checkTrigger(
  step: PipelineStep,
  { pipeline }: ReadPipeline,
  { topology }: PipelineGround,
  at: At,
  findings: Findings,
): void {
  const { on } = step;
  if ('files' in on && !pipeline.landing.some(({ files }) => on.files.startsWith(files))) {
    const known = pipeline.landing.map(({ files }) => files).join(', ') || 'none';
    const message = `no raw table reads the files of "${on.files}"`;
    findings.error(14, at('on'), message, `add it to "landing:", whose folders are: ${known}`);
  }
  for (const source of 'updates' in on ? on.updates : []) {
    const [domain = '', product = ''] = source.split('/');
    if (domainNamed(topology, domain) === undefined || source === `${pipeline.domain}/${step.product}`) {
      const known = topology.domains.map(({ name }) => `${name}/${product}`).join(', ');
      const why = domainNamed(topology, domain) === undefined ? 'is of no domain of the mesh' : 'is what it writes';
      findings.error(13, at('on'), `the source "${source}" ${why}`, `use a product such as ${known}`);
    }
  }
  if (!('files' in on) && step.write === 'append') {
    const message = `the step "${step.name}" adds rows at each run, whatever it added before`;
    findings.warning(15, at('write'), message, 'write "replace", unless the SELECT gives new rows only');
  }
}
