import type { RuleName, SchemaChange } from '../contract/compatibility-rules.ts';
import type { ProductDraft } from '../contract/draft.ts';
import type { ProductColumn, ProductRecord, ProductTable } from '../product/product.ts';
import type { DomainRole, GovernanceRole } from '../topology/names.ts';
import type { AccessWish, PolicyAction, PolicyPrincipal, PolicyQuestion } from './question.ts';

/** One column of a case: its classification, and flags after it, e.g. `confidential personal`. */
type ColumnWords = string;

/** A product as a case tells it; what it leaves out is as it should be. */
export interface CaseProduct {
  readonly domain?: string;
  readonly name?: string;
  readonly state?: ProductDraft['draftState'];
  readonly version?: string;
  readonly description?: string;
  readonly owner?: string;
  readonly contact?: string;
  readonly tags?: readonly string[];
  readonly sla?: Readonly<Record<string, string | number>>;
  readonly quarantined?: boolean;
  /** By name: `<level | none> [personal] [undescribed] [unitless] [key]`, and a Glue type if it is not a string, e.g. `internal bigint`. */
  readonly columns?: Readonly<Record<string, ColumnWords>>;
  readonly table?: Partial<Pick<ProductTable, 'name' | 'derived' | 'madeOf' | 'quality'>>;
}

/** A question as data, as `weft policy test` and `weft policy explain` read it. */
export interface PolicyCase {
  readonly action: PolicyAction;
  /** `<domain>/<role>` or `governance/<role>`. */
  readonly as: string;
  readonly application?: PolicyPrincipal['application'];
  readonly product?: CaseProduct;
  readonly request?: Partial<Omit<AccessWish, 'scope'>> & {
    readonly clearance?: string;
    readonly columns?: readonly string[];
  };
  /** Other products of the mesh. */
  readonly others?: readonly CaseProduct[];
  /** Of a change. */
  readonly change?: {
    readonly from?: string;
    readonly breaking?: readonly string[];
    readonly deciding?: readonly string[];
    readonly rules?: readonly string[];
    readonly subscriptions?: number;
  };
  /** ISO 8601; default the beginning of 2026. */
  readonly now?: string;
}

const NOW = '2026-01-01T00:00:00.000Z';

/** The question that a case stands for, in a mesh with that ladder. */
export function questionOf(given: PolicyCase, ladder: readonly string[]): PolicyQuestion {
  const principal = principalOf(given);
  const now = given.now ?? NOW;
  const record = productOf(given.product ?? {}, ladder);
  const draft = draftOf(record, given.product?.state);
  switch (given.action) {
    case 'publish':
      return {
        action: 'publish',
        principal,
        now,
        product: draft,
        others: (given.others ?? []).map((other) => productOf(other, ladder)),
      };
    case 'change':
      return {
        action: 'change',
        principal,
        now,
        product: draft,
        before: { ...record, version: given.change?.from ?? record.version },
        ...changesOf(given),
      };
    default: {
      const { clearance = record.classification, columns, purpose = 'to know', ...rest } = given.request ?? {};
      const named = record.tables[0]?.name ?? '';
      const scope = {
        clearance,
        ...(columns === undefined ? {} : { tables: [named], columns: { [named]: columns } }),
      };
      const consumer = rest.consumer ?? principal.domain ?? '';
      return { action: given.action, principal, now, product: record, request: { ...rest, purpose, consumer, scope } };
    }
  }
}

function principalOf({ as, application }: PolicyCase): PolicyPrincipal {
  const [domain = '', kind = ''] = as.split('/');
  const place = domain === 'governance' ? {} : { domain };
  const role = kind === '' ? {} : { kind: kind as DomainRole | GovernanceRole };
  return {
    arn: `arn:aws:sts::000000000000:assumed-role/${domain}-${kind}/case`,
    ...place,
    ...role,
    ...(application === undefined ? {} : { application }),
  };
}

/** A product that has all that a product should have, with what the case says instead. */
export function productOf(given: CaseProduct, ladder: readonly string[]): ProductRecord {
  const { columns: words = { id: `${ladder[0]} key` }, state, quarantined, table, ...rest } = given;
  const columns = Object.entries(words).map(([name, text]) => columnOf(name, text, ladder));
  const keys = Object.entries(words)
    .filter(([, text]) => text.split(' ').includes('key'))
    .map(([name]) => name);
  const positions = columns.map(({ classification }) =>
    classification === undefined ? ladder.length - 1 : ladder.indexOf(classification),
  );
  const change = { actor: 'weft:case', action: 'ProductPublished', at: NOW, correlation: 'case' };
  return {
    type: 'product',
    domain: 'sales',
    name: 'orders',
    major: 1,
    version: '1.0.0',
    description: 'What customers ordered',
    owner: 'sam@example.org',
    contact: 'sales@example.org',
    tags: [],
    ports: ['query'],
    sla: { frequency: '1 d', retention: '5 y' },
    ...rest,
    classification: ladder[Math.max(0, ...positions)] ?? '',
    state: (state ?? 'active') as ProductRecord['state'],
    tables: [
      {
        name: 'orders',
        partitionKeys: [],
        location: 's3://bucket/orders/',
        format: 'parquet',
        source: { database: 'sales', table: 'orders' },
        derived: true,
        quality: [{ measure: 'rows', bounds: { mustBeGreaterThan: 0 } }],
        ...(keys.length === 0 ? {} : { primaryKey: keys }),
        ...table,
        columns,
      },
    ],
    ...(quarantined === true ? { quarantine: { table: 'orders', at: NOW, reasons: ['a column went'] } } : {}),
    generation: 1,
    revision: 1,
    change,
    createdAt: NOW,
    status: { conditions: [] },
  };
}

function columnOf(name: string, text: string, ladder: readonly string[]): ProductColumn {
  const words = text.split(' ');
  const level = words.find((word) => ladder.includes(word));
  const type =
    words.find((word) => /^(string|int|bigint|double|boolean|date|timestamp|decimal.*)$/.test(word)) ?? 'string';
  return {
    name,
    type,
    ...(words.includes('undescribed') ? {} : { description: `What ${name} holds` }),
    ...(level === undefined ? {} : { classification: level }),
    ...(words.includes('personal') ? { personal: true } : {}),
    ...(words.includes('unitless') ? {} : { unit: 'each' }),
  };
}

function draftOf(record: ProductRecord, state: CaseProduct['state']): ProductDraft {
  const { domain, name, major, version, title, description, owner, contact, tags, ports, classification, tables, sla } =
    record;
  return {
    domain,
    name,
    major,
    version,
    title,
    description,
    owner,
    contact,
    tags,
    ports,
    classification,
    tables,
    sla,
    draftState: state ?? 'active',
  };
}

function changesOf({ change = {} }: PolicyCase) {
  const { breaking = [], deciding = [], rules = [], subscriptions = 0 } = change;
  const one = (message: string, verdict: SchemaChange['verdict'], rule: RuleName) => ({
    message,
    verdict,
    breaking: verdict === 'breaking',
    rule,
    code: '',
    kind: 'changed' as const,
  });
  const changes = [
    ...breaking.map((message) => one(message, 'breaking', 'column-removed')),
    ...deciding.map((message) => one(message, 'decision', 'text-changed')),
    ...rules.map((rule) => one(rule, 'compatible', rule as RuleName)),
  ];
  return { changes, subscriptions };
}
