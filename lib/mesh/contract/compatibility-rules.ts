/** What a change means to those who use the product. */
export type Verdict = 'compatible' | 'breaking' | 'decision';

/** One rule of compatibility. */
export interface Rule {
  /** Stable for ever: `WEFT-COMPAT-<number>`. */
  readonly number: number;
  readonly verdict: Verdict;
  /** The change can be published under the same major version. */
  readonly sameMajor: boolean;
  /** What changed. */
  readonly what: string;
  /** Why it is judged so. */
  readonly why: string;
}

/** Changes that leave every reader as he is. */
const compatible = (number: number, what: string, why: string): Rule => ({
  number,
  verdict: 'compatible',
  sameMajor: true,
  what,
  why,
});
/** Changes that need a new major version beside the old one. */
const breaking = (number: number, what: string, why: string): Rule => ({
  number,
  verdict: 'breaking',
  sameMajor: false,
  what,
  why,
});
/** Changes that somebody has to judge, and that the owner may publish once that is done. */
const decision = (number: number, what: string, why: string): Rule => ({
  number,
  verdict: 'decision',
  sameMajor: true,
  what,
  why,
});

/** Every rule that a change of a product is judged by: publishing, `weft product diff` and the catalog watch use this one table. */
export const RULES = {
  'column-added': compatible(1, 'a column comes', 'queries name their columns; who may see it is decided by its class'),
  'column-removed': breaking(2, 'a column goes', 'queries that name it fail'),
  'column-renamed': {
    ...decision(
      3,
      'a column goes and one of the same type comes in its place',
      'a rename breaks queries; keep the old name beside the new one, or raise the major version',
    ),
    sameMajor: false,
  },
  'type-widened': compatible(4, 'a type becomes wider', 'every old value is a value of the new type'),
  'type-changed': breaking(5, 'a type becomes narrower or another one', 'old values or old queries no longer fit'),
  'column-moved': breaking(6, 'a column of CSV files moves', 'CSV is read by position'),
  'partitioning-changed': breaking(
    7,
    'partition keys change',
    'paths of files change, and queries that filter by them scan everything',
  ),
  'format-changed': breaking(8, 'the file format changes', 'who reads the files can no longer'),
  'location-changed': breaking(9, 'the location changes', 'registered paths and readers of files point at the old one'),
  'table-added': compatible(10, 'a table comes', 'nobody uses it yet'),
  'table-removed': breaking(11, 'a table goes', 'queries that name it fail'),
  'nullability-loosened': breaking(12, 'a required column becomes optional', 'readers meet nulls that they never had'),
  'nullability-tightened': compatible(13, 'an optional column becomes required', 'readers meet fewer values'),
  'key-changed': breaking(14, 'the primary key changes or goes', 'joins and merges by the old key give other rows'),
  'key-added': compatible(15, 'a table gets a primary key', 'it promises more'),
  'classification-raised': decision(
    16,
    'a column becomes more sensitive',
    'subscriptions whose clearance is lower lose it; the owner has to tell them',
  ),
  'classification-lowered': decision(
    17,
    'a column becomes less sensitive',
    'more people see it; somebody has to answer for that',
  ),
  'quality-loosened': breaking(18, 'a quality rule goes or allows more', 'consumers rely on what it promised'),
  'quality-tightened': compatible(19, 'a quality rule comes or allows less', 'it promises more'),
  'quality-changed': decision(20, 'a quality rule changes and nobody can tell which way', 'compare it by eye'),
  'sla-loosened': breaking(21, 'a service level goes or promises less', 'consumers rely on what it promised'),
  'sla-tightened': compatible(22, 'a service level comes or promises more', 'it promises more'),
  'sla-changed': decision(
    23,
    'a service level changes and nobody can tell which way',
    'its property or its unit has no order that is known here',
  ),
  'retention-shortened': breaking(24, 'data is kept for a shorter time', 'history that consumers rely on goes'),
  'port-added': compatible(25, 'an output port comes', 'nobody uses it yet'),
  'port-removed': breaking(26, 'an output port goes', 'those who use it are cut off'),
  'dialect-changed': decision(
    27,
    'the delimiter, quote or header of CSV files changes',
    'SQL follows by itself, readers of the files do not',
  ),
  'source-changed': decision(
    28,
    'a table follows another table of the domain',
    'the rows may mean something else under the same names',
  ),
  'owner-changed': compatible(29, 'the owner or the contact changes', 'consumers know whom to ask'),
  'text-changed': compatible(30, 'a title, description or tag changes', 'no data changes'),
  'mask-strengthened': breaking(31, 'a view masks a column more than before', 'values that consumers rely on go'),
  'mask-weakened': decision(
    32,
    'a view masks a column less than before',
    'more is seen than was published; somebody has to answer for that',
  ),
  'mask-key-changed': decision(
    33,
    'a view hashes with another key',
    'the same value has another hash: what consumers kept no longer joins',
  ),
  'view-source-changed': decision(
    34,
    'a view reads another table, or a column of it another column',
    'the values may mean something else under the same names',
  ),
  'table-kind-changed': decision(
    35,
    'a table becomes a view, or a view a table',
    'SQL follows by itself; row filters on views are not possible',
  ),
  'internal-changed': compatible(
    36,
    'a table that only views of the product read changes',
    'nobody else sees it; the views are compared by themselves',
  ),
  'snapshot-moved': compatible(37, 'the files of a table are replaced as a whole', 'SQL follows by itself'),
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof RULES;

/** `WEFT-COMPAT-003` of `column-renamed`. */
export function ruleCode(name: RuleName): string {
  return `WEFT-COMPAT-${String(RULES[name].number).padStart(3, '0')}`;
}

/** One difference between two versions of a product or two shapes of a table, judged by its rule. */
export interface SchemaChange {
  /** The stable name of the rule that judged it, e.g. `column-removed`. */
  readonly rule: RuleName;
  /** The rule's code, e.g. `WEFT-COMPAT-002`. */
  readonly code: string;
  readonly verdict: Verdict;
  /** It cannot be published under the same major version. */
  readonly breaking: boolean;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly table?: string;
  readonly column?: string;
  readonly message: string;
}

/** A change under a rule; `where` names its table and column. */
export function judged(
  rule: RuleName,
  message: string,
  where: Partial<Pick<SchemaChange, 'kind' | 'table' | 'column'>> = {},
): SchemaChange {
  const { verdict, sameMajor } = RULES[rule];
  return { rule, code: ruleCode(rule), verdict, breaking: !sameMajor, kind: 'changed', ...where, message };
}
