import type { Checked } from '../error.ts';
import { Findings } from '../yaml/findings.ts';
import { readYaml } from '../yaml/read.ts';
import type { YamlView } from '../yaml/view.ts';
import { PipelineFields, type Places } from './fields.ts';
import { readInterval } from './interval.ts';
import { readExchange } from './parse-exchange.ts';
import { readLanding } from './parse-landing.ts';
import type { Pipeline, PipelineStep, Trigger } from './pipeline.ts';

export const PIPELINE_FILE = 'pipeline.yaml';

const MAX_BYTES = 500_000;
const STEP_KEYS = ['name', 'product', 'table', 'sql', 'on', 'write'];
const WORDS = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** A pipeline as it was read, with the places of its parts, for what is checked against contracts. */
export interface ReadPipeline {
  readonly pipeline: Pipeline;
  readonly places: Places;
}

/**
 * Reads `pipeline.yaml`; every problem at once, with its line and column: `WEFT-PIPELINE-001` broken YAML, `-002` an unknown key, `-003` a missing key, `-004` a
 * value that is not allowed, `-005` what stands twice.
 */
export function parsePipeline(text: string, file = PIPELINE_FILE): Checked<ReadPipeline> {
  const findings = new Findings('PIPELINE');
  const { view, problems } = readYaml({ file, text }, { code: findings.code(1), maxBytes: MAX_BYTES });
  findings.add(problems);
  if (view === undefined) return findings.outcome<ReadPipeline>(undefined);
  const fields = new PipelineFields(findings);
  if (view.kind !== 'map') {
    findings.error(4, { file, line: 1, column: 1 }, `${file} is not a mapping`, 'begin with "domain:" and "steps:"');
    return findings.outcome<ReadPipeline>(undefined);
  }
  fields.refuseUnknown(view, ['domain', 'landing', 'steps', 'exchange']);
  const domain = fields.text(view, 'domain', WORDS, 'the name of a domain');
  const landing = readLanding(view, fields);
  const items = view.list('steps');
  if (items.length === 0) fields.missing(view, 'steps', 'at least one step');
  const steps = items.map((item) => readStep(item, fields));
  for (const [index, { name }] of steps.entries()) {
    const first = steps.findIndex((step) => step.name === name);
    if (name === '' || first === index) continue;
    const place = (items[index] ?? view).place;
    const message = `the step "${name}" stands twice, first in line ${items[first]?.place.line}`;
    findings.error(5, place, message, 'give one of them a "name" of its own');
  }
  const places: Places = {
    root: (view.get('domain') ?? view).place,
    step: (index, key) => (items[index]?.get(key) ?? items[index] ?? view).place,
    exchange: (index, key) => (view.list('exchange')[index]?.get(key) ?? view).place,
    landing: (table) => (view.get('landing')?.get(table) ?? view).place,
  };
  return findings.outcome({ pipeline: { domain, landing, steps, exchange: readExchange(view, fields) }, places });
}

const NO_STEP: PipelineStep = { name: '', product: '', table: '', sql: '', on: { updates: [] }, write: 'append' };

function readStep(view: YamlView, fields: PipelineFields): PipelineStep {
  if (!fields.isMap(view, 'a step')) return NO_STEP;
  fields.refuseUnknown(view, STEP_KEYS);
  const product = fields.text(view, 'product', WORDS, 'the name of a product of the domain');
  const table = fields.text(view, 'table', /^[a-z0-9_]{1,255}$/, 'the name of a table of its contract');
  const sql = fields.text(view, 'sql', /^[\w.-]+\.sql$/, 'the name of a file beside it, e.g. orders.sql');
  const named = view.get('name') !== undefined;
  const name = named
    ? fields.text(view, 'name', /^[a-z0-9][a-z0-9._-]{0,63}$/, 'lower-case letters, digits, dots and hyphens')
    : `${product}.${table}`;
  const write = fields.oneOf(view, 'write', ['append', 'replace']);
  return { name, product, table, sql, on: readTrigger(view, fields), write };
}

function readTrigger(step: YamlView, fields: PipelineFields): Trigger {
  const nothing: Trigger = { updates: [] };
  const view = step.get('on');
  if (view === undefined) {
    fields.missing(step, 'on', 'one of "files: <folder>/", "updates: [<domain>/<product>]", "every: 1 day"');
    return nothing;
  }
  if (!fields.isMap(view, '"on"')) return nothing;
  fields.refuseUnknown(view, ['files', 'updates', 'every']);
  const given = ['files', 'updates', 'every'].filter((key) => view.get(key) !== undefined);
  if (given.length !== 1) {
    const message = `"on" has ${given.length === 0 ? 'none' : given.join(' and ')} of files, updates and every`;
    fields.findings.error(4, view.place, message, 'name one: a step has one trigger');
    return nothing;
  }
  if (given[0] === 'files') return { files: fields.folder(view, 'files') };
  if (given[0] === 'every') return { every: readInterval(view, fields) };
  const updates = view.get('updates') ?? view;
  if (updates.items.length === 0) fields.refuse(updates, '"updates" is no list of products', '[<domain>/<product>, …]');
  return { updates: updates.items.map((item) => readSource(item, fields)) };
}

function readSource(item: YamlView, fields: PipelineFields): string {
  const written = item.written?.trim() ?? '';
  if (!/^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/.test(written)) {
    fields.refuse(item, `the source "${written}" names no product`, '<domain>/<product>');
  }
  return written;
}
