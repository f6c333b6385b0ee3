import type { ProductColumn } from '../product/product.ts';
import type { ClassificationLadder } from '../topology/topology.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';
import { readMeaning } from './meaning.ts';
import { readType } from './odcs-type.ts';
import { readProjection } from './projection.ts';
import { askForConfirmation } from './suggested.ts';
import { warnOfUnknown } from './unknown-properties.ts';
import { readShown, refuseMasks } from './view.ts';

/** A column and, when it is a partition key, its position among them. */
export interface ReadColumn {
  readonly column: ProductColumn;
  readonly partition?: number;
}

/** Words that a query has to quote. */
const RESERVED = new Set(
  `alter and as between by case cast constraint create cross cube current_date current_time current_timestamp deallocate delete describe
  distinct drop else end escape except execute exists extract false first for from full group grouping having in inner insert intersect
  into is join last left like localtime localtimestamp natural normalize not null on or order outer prepare recursive right rollup select
  table then true uescape union unnest using values when where with`.split(/\s+/),
);

/** The columns of a schema entry, in its order; names in lower case, as Glue folds them. */
export function readColumns(
  table: YamlView,
  ladder: ClassificationLadder,
  findings: Findings,
  inView = false,
): ReadColumn[] {
  const properties = table.list('properties');
  if (properties.length === 0) {
    const place = (table.get('properties') ?? table).place;
    findings.error(
      24,
      place,
      `the table "${table.text('name') ?? ''}" has no columns`,
      'add "properties:" with at least one',
    );
  }
  const seen = new Map<string, string>();
  return properties.flatMap((property) => {
    const written = property.text('physicalName') ?? property.text('name') ?? '';
    const place = (property.get('physicalName') ?? property.get('name') ?? property).place;
    const name = written.toLowerCase();
    const former = seen.get(name);
    seen.set(name, former ?? written);
    if (former === written) {
      findings.error(27, place, `the column "${written}" stands twice`, 'remove or rename one of them');
    } else if (former !== undefined) {
      const message = `the columns "${former}" and "${written}" are one to Glue, which folds names to lower case`;
      findings.error(28, place, message, 'rename one of them');
    }
    checkName(written, place, findings);
    const type = readType(property, findings);
    const description = property.text('description');
    if (description === undefined) {
      findings.warning(32, place, `the column "${written}" has no description`, 'say in one sentence what it holds');
    }
    const classification = highestLevel(property, ladder, findings);
    if (!inView) refuseMasks(property, written, findings);
    askForConfirmation(property, written, findings);
    warnOfUnknown(property, ['column', 'column of a view'], findings);
    const column: ProductColumn = {
      name,
      type: type ?? 'string',
      ...(description === undefined ? {} : { description }),
      ...(classification === undefined ? {} : { classification }),
      ...(property.get('required')?.scalar === true ? { required: true } : {}),
      ...readMeaning(property),
      ...(inView ? { shows: readShown(property, name, findings) } : {}),
    };
    const partition = inView ? undefined : partitionOf(property, column, findings);
    const projection = readProjection(property, column, partition !== undefined, findings);
    if (partition === undefined) return [{ column }];
    return [{ column: projection === undefined ? column : { ...column, projection }, partition }];
  });
}

function checkName(name: string, place: YamlView['place'], findings: Findings): void {
  if (!/^[A-Za-z0-9_]{1,255}$/.test(name) || name.toLowerCase() === '__proto__') {
    const why = name.includes('.')
      ? 'has a dot, which Lake Formation takes for a nested field'
      : name.toLowerCase() === '__proto__'
        ? 'is one that no object can hold as a member'
        : 'is not made of letters, digits and underscores';
    findings.error(29, place, `the column name "${name}" ${why}`, 'rename it, e.g. with underscores');
  } else if (RESERVED.has(name.toLowerCase())) {
    findings.warning(30, place, `the column name "${name}" is a word of SQL`, 'rename it, or quote it in every query');
  }
}

function partitionOf(property: YamlView, column: ProductColumn, findings: Findings): number | undefined {
  if (property.get('partitioned')?.scalar !== true) return undefined;
  if (/[<]/.test(column.type)) {
    const message = `the partition key "${column.name}" has the nested type ${column.type}`;
    findings.error(33, property.place, message, 'partition by a text, a number or a date');
  }
  const position = Number(property.text('partitionKeyPosition') ?? Number.NaN);
  return Number.isInteger(position) && position > 0 ? position : Number.MAX_SAFE_INTEGER;
}

/** The most sensitive level of the column and of all that is nested in it: Lake Formation grants the column as one. */
function highestLevel(property: YamlView, ladder: ClassificationLadder, findings: Findings): string | undefined {
  const items = property.get('items');
  const nested = [...property.list('properties'), ...(items === undefined ? [] : [items])];
  const own = readLevel(property.get('classification'), ladder, findings);
  const levels = [own, ...nested.map((member) => highestLevel(member, ladder, findings))];
  return levels.reduce((a, b) => (ladder.indexOf(b ?? '') > ladder.indexOf(a ?? '') ? b : a));
}

/** A level of the ladder, or undefined when there is none or a problem was found. */
export function readLevel(
  view: YamlView | undefined,
  ladder: ClassificationLadder,
  findings: Findings,
): string | undefined {
  const level = view?.written?.trim();
  if (view === undefined || level === undefined) return undefined;
  if (ladder.includes(level)) return level;
  findings.error(31, view.place, `the classification "${level}" is unknown`, `use one of ${ladder.join(', ')}`);
  return undefined;
}
