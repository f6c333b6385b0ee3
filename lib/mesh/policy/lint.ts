import { customProperty } from '../contract/custom-property.ts';
import type { ProductDraft, SourceFile } from '../contract/draft.ts';
import { MAX_CONTRACT_BYTES } from '../contract/head.ts';
import type { Place, Problem } from '../error.ts';
import type { ProductColumn, ProductTable } from '../product/product.ts';
import { readYaml } from '../yaml/read.ts';
import type { YamlView } from '../yaml/view.ts';
import { isApplicationCopy, isChangeFeed, lacksUnit, looksPersonal } from './design.ts';

interface Lint {
  readonly number: number;
  readonly message: string;
  readonly fix: string;
}

/** What is asked of each table, in the words of the policies that ask it at publishing. */
function ofTable(table: ProductTable): Lint[] {
  const { name } = table;
  const lints: (Lint | false)[] = [
    isChangeFeed(table) && {
      number: 1,
      message: `the table "${name}" has the columns of a log of changes, which is no product`,
      fix: 'publish what the rows say now, made from the log',
    },
    isApplicationCopy(table) && {
      number: 2,
      message: `the table "${name}" is an application's own, and binds every consumer to its inside`,
      fix: 'publish what others need, and say in transformSourceObjects what it is made of',
    },
    table.view === undefined &&
      (table.quality ?? []).length === 0 && {
        number: 4,
        message: `the table "${name}" has no quality rule`,
        fix: 'add "quality:" with at least one, e.g. { metric: rowCount, mustBeGreaterThan: 0 }',
      },
    table.view === undefined &&
      table.derived !== true && {
        number: 5,
        message: `the contract does not say what the table "${name}" is made of`,
        fix: 'add transformSourceObjects to its columns, or the customProperty weft.derivedFrom',
      },
  ];
  return lints.filter((lint) => lint !== false);
}

function ofColumn(column: ProductColumn, table: ProductTable): Lint[] {
  const lints: (Lint | false)[] = [
    lacksUnit(column, table) && {
      number: 3,
      message: `the number "${column.name}" has neither unit nor meaning`,
      fix: 'add the customProperty weft.unit, e.g. minutes, or weft.semantics',
    },
    looksPersonal(column) && {
      number: 8,
      message: `the column "${column.name}" sounds personal and is not marked so`,
      fix: 'add the customProperty weft.personal with true, or with false if it is about nobody',
    },
  ];
  return lints.filter((lint) => lint !== false);
}

/** What the field warns about in a product that is valid (`WEFT-DESIGN-<nnn>`), each with its place; policies decide at publishing which of it refuses. */
export function lintProduct(
  draft: ProductDraft,
  files: { readonly product: SourceFile; readonly contracts: readonly SourceFile[] },
): Problem[] {
  const entries = files.contracts.flatMap(entriesOf);
  const problems = draft.tables.flatMap((table) => {
    const entry = entries.find((each) => nameOf(each) === table.name);
    const place = (entry?.get('physicalName') ?? entry?.get('name') ?? entry)?.place ?? {};
    const columns = [...table.columns, ...table.partitionKeys].flatMap((column) => {
      const property = entry?.list('properties').find((each) => nameOf(each) === column.name);
      const told = property && customProperty(property, 'weft.personal') !== undefined;
      const at = (property?.get('physicalName') ?? property?.get('name') ?? property)?.place ?? place;
      return ofColumn(column, table)
        .filter(({ number }) => !(number === 8 && told === true))
        .map((lint) => problem(lint, at));
    });
    return [...ofTable(table).map((lint) => problem(lint, place)), ...columns];
  });
  const { sla = {} } = draft;
  const whole = { file: files.contracts[0]?.file ?? files.product.file, line: 1, column: 1 };
  if (Object.keys(sla).every((name) => name === 'retention')) {
    const message = 'the contract promises nothing about how often the data comes';
    problems.push(
      problem({ number: 6, message, fix: 'add slaProperties, e.g. { property: frequency, value: 1, unit: d }' }, whole),
    );
  }
  if (sla.retention === undefined) {
    const message = 'the contract does not say how long the data is kept';
    problems.push(
      problem(
        { number: 7, message, fix: 'add the slaProperty retention, e.g. { property: retention, value: 5, unit: y }' },
        whole,
      ),
    );
  }
  return problems;
}

function problem({ number, message, fix }: Lint, place: Place): Problem {
  const { file, line, column } = place;
  const code = `WEFT-DESIGN-${String(number).padStart(3, '0')}`;
  return {
    code,
    severity: 'warning',
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    message,
    fix,
  };
}

function entriesOf(source: SourceFile): YamlView[] {
  const { view } = readYaml(source, { code: 'WEFT-CONTRACT-001', maxBytes: MAX_CONTRACT_BYTES });
  return view?.list('schema') ?? [];
}

function nameOf(view: YamlView): string {
  return (view.text('physicalName') ?? view.text('name') ?? '').toLowerCase();
}
