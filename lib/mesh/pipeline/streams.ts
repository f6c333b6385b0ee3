import type { ProductDraft } from '../contract/draft.ts';
import type { Checked } from '../error.ts';
import { Findings } from '../yaml/findings.ts';
import { readYaml } from '../yaml/read.ts';
import type { YamlView } from '../yaml/view.ts';
import { PipelineFields } from './fields.ts';
import type { Pipeline } from './pipeline.ts';

/** Rows that a service of the domain tells as events, on their way to a folder of the landing bucket. */
export interface RowStream {
  /** The raw table whose folder gets them. */
  readonly name: string;
  /** The product, its major version and its table that the events are of. */
  readonly product: string;
  readonly major: number;
  readonly table: string;
  /** How long events wait for others to share a file with. */
  readonly seconds: number;
  /** How much of them fills a file before that. */
  readonly megabytes: number;
}

/** The file beside `pipeline.yaml`; a repository without streams has none. */
export const STREAMS_FILE = 'streams.yaml';

/** What a line of such a file has. */
const STREAM_COLUMNS = ['event_id', 'event_time', 'rows'] as const;

const KEYS = ['product', 'table', 'seconds', 'megabytes'];
const MAX_BYTES = 65_536;

/**
 * Reads `streams.yaml` and holds it against the pipeline and the contracts: `WEFT-PIPELINE-001` to `-004` as in `pipeline.yaml`, `-007` a product, `-008` a table, `-014` a
 * raw table that is not there, or is not one of lines of JSON with the columns of an event.
 */
export function parseStreams(
  text: string,
  file: string,
  { pipeline, products }: { readonly pipeline: Pipeline; readonly products: readonly ProductDraft[] },
): Checked<readonly RowStream[]> {
  const findings = new Findings('PIPELINE');
  const { view, problems } = readYaml({ file, text }, { code: findings.code(1), maxBytes: MAX_BYTES });
  findings.add(problems);
  if (view === undefined) return findings.outcome<readonly RowStream[]>(undefined);
  const fields = new PipelineFields(findings);
  if (!fields.isMap(view, file)) return findings.outcome<readonly RowStream[]>(undefined);
  fields.refuseUnknown(view, ['streams']);
  const entries = view.get('streams')?.entries ?? [];
  if (entries.length === 0) fields.missing(view, 'streams', 'the raw tables that events go to');
  const streams = entries.map(({ key, value }) => {
    checkLanding(key, value, pipeline, findings);
    return readStream(key, value, products, fields);
  });
  return findings.outcome(streams);
}

function readStream(
  name: string,
  view: YamlView,
  products: readonly ProductDraft[],
  fields: PipelineFields,
): RowStream {
  const { findings } = fields;
  fields.isMap(view, `the stream "${name}"`);
  fields.refuseUnknown(view, KEYS);
  const named = fields.text(view, 'product', /^[a-z][a-z0-9-]*$/, 'the name of a product of the domain');
  const table = fields.text(view, 'table', /^[a-z0-9_]{1,255}$/, 'the name of a table of its contract');
  const product = products.find((one) => one.name === named);
  if (named !== '' && product === undefined) {
    const known = products.map((one) => one.name).join(', ') || 'none';
    const place = (view.get('product') ?? view).place;
    findings.error(7, place, `there is no contract of the product "${named}"`, `use one of ${known}`);
  } else if (product !== undefined && !product.tables.some((one) => one.name === table)) {
    const known = product.tables.map((one) => one.name).join(', ');
    const place = (view.get('table') ?? view).place;
    findings.error(8, place, `the product "${named}" has no table "${table}"`, `use one of ${known}`);
  }
  const seconds = count(view, 'seconds', 60, 900, fields);
  return {
    name,
    product: named,
    major: product?.major ?? 0,
    table,
    seconds,
    megabytes: count(view, 'megabytes', 5, 128, fields),
  };
}

function count(view: YamlView, key: string, usual: number, most: number, fields: PipelineFields): number {
  const value = view.get(key);
  if (value === undefined) return usual;
  const given = Number(value.written);
  if (Number.isInteger(given) && given >= 1 && given <= most) return given;
  fields.refuse(value, `"${key}" is "${value.written ?? value.kind}"`, `a whole number from 1 to ${most}`);
  return usual;
}

function checkLanding(name: string, view: YamlView, { landing }: Pipeline, findings: Findings): void {
  const found = landing.find((one) => one.name === name);
  const columns = found?.columns?.map((column) => column.name) ?? [];
  const fix = `add it to "landing:" of pipeline.yaml: ${name}: { format: json, columns: [${STREAM_COLUMNS.join(', ')}] }`;
  if (found === undefined) findings.error(14, view.place, `there is no raw table "${name}"`, fix);
  else if (found.format !== 'json' || STREAM_COLUMNS.some((column) => !columns.includes(column))) {
    findings.error(14, view.place, `the raw table "${name}" does not take events`, fix);
  }
}
