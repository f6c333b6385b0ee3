import { sensitivity, visibleColumns } from '../access/clearance.ts';
import { productId } from '../product/product.ts';
import type { ClassificationLadder } from '../topology/topology.ts';
import type { EntityJson, TypeAndId } from './cedar.ts';
import { keyConflicts, rivalsOf } from './design.ts';
import { ACTION_GROUPS, ACTION_READ, isRead } from './expressions.ts';
import { columnEntity, entity, type Fact, type KnownProduct, moment, PRODUCT_FACTS } from './facts.ts';
import type { AccessQuestion, ChangeQuestion, PolicyPrincipal, PolicyQuestion, PublishQuestion } from './question.ts';

/** A question as Cedar takes it, with the few entities that an answer can depend on. */
export interface CedarRequest {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Record<string, Fact>;
  readonly entities: EntityJson[];
}

/**
 * The request of a question. With `reads` only those facts are worked out and given, the action's groups among them: for a
 * slice of policies that are all about this action and read no others. To read an entity costs Cedar as much as to evaluate ten policies.
 */
export function requestOf(
  question: PolicyQuestion,
  ladder: ClassificationLadder,
  reads?: ReadonlySet<string>,
): CedarRequest {
  const wanted = (on: Parameters<typeof isRead>[1]) => (name: string) => reads === undefined || isRead(reads, on, name);
  const { context, entities } = contextOf(question, ladder);
  const all = { now: moment(question.now), ...context };
  return {
    principal: { type: 'Weft::Principal', id: question.principal.arn },
    action: { type: 'Weft::Action', id: question.action },
    resource: { type: 'Weft::Product', id: productId(question.product) },
    context: pickFacts(all, wanted('context')),
    entities: [
      ...principalEntities(question.principal, wanted('principal')),
      productEntity(question.product, ladder, wanted('resource')),
      ...(reads === undefined || reads.has(ACTION_READ) ? [actionEntity(question.action)] : []),
      ...(wanted('*')('stated') ? entities : []),
    ],
  };
}

function pickFacts<T>(facts: Readonly<Record<string, T>>, wanted: (name: string) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => wanted(name)));
}

/** A product as an entity, with the facts that are wanted. */
function productEntity(
  product: KnownProduct,
  ladder: ClassificationLadder,
  wanted: (name: string) => boolean,
): EntityJson {
  const attrs: EntityJson['attrs'] = {};
  for (const [name, compute] of Object.entries(PRODUCT_FACTS)) {
    if (!wanted(name)) continue;
    const fact = compute(product, ladder);
    if (fact !== undefined) attrs[name] = fact;
  }
  return {
    uid: { type: 'Weft::Product', id: productId(product) },
    attrs,
    parents: [{ type: 'Weft::Domain', id: product.domain }],
  };
}

function principalEntities(
  { arn, domain, kind, application }: PolicyPrincipal,
  wanted: (name: string) => boolean,
): EntityJson[] {
  const parents = [
    ...(domain === undefined ? [] : [{ type: 'Weft::Domain', id: domain }]),
    ...(kind === undefined ? [] : [{ type: 'Weft::Role', id: kind }]),
  ];
  const attrs = {
    ...(domain === undefined ? {} : { domain: entity('Domain', domain) }),
    ...(kind === undefined ? {} : { role: kind }),
    ...(application === undefined ? {} : { application: entity('Application', application.name) }),
  };
  const principal = { uid: { type: 'Weft::Principal', id: arn }, attrs: pickFacts(attrs, wanted), parents };
  if (application === undefined) return [principal];
  const { name, state } = application;
  return [principal, { uid: { type: 'Weft::Application', id: name }, attrs: { state }, parents: [] }];
}

function actionEntity(action: string): EntityJson {
  const groups = Object.entries(ACTION_GROUPS).filter(([, members]) => (members as readonly string[]).includes(action));
  return {
    uid: { type: 'Weft::Action', id: action },
    attrs: {},
    parents: groups.map(([id]) => ({ type: 'Weft::Action', id })),
  };
}

interface Context {
  readonly context: Record<string, Fact>;
  readonly entities: EntityJson[];
}

function contextOf(question: PolicyQuestion, ladder: ClassificationLadder): Context {
  if (question.action === 'publish') return { context: publishContext(question), entities: [] };
  if (question.action === 'change') return { context: changeContext(question), entities: [] };
  return accessContext(question, ladder);
}

function publishContext({ product, others = [] }: PublishQuestion): Record<string, Fact> {
  return {
    rivals: [...new Set(rivalsOf(product, others).map(productId))].map((id) => entity('Product', id)),
    keyConflicts: keyConflicts(product, others),
  };
}

function changeContext({ before, product, changes, subscriptions }: ChangeQuestion): Record<string, Fact> {
  const said = (wanted: (change: ChangeQuestion['changes'][number]) => boolean) =>
    changes.filter(wanted).map(({ message }) => message);
  return {
    from: before.version,
    to: product.version,
    breaking: said(({ breaking }) => breaking),
    deciding: said(({ verdict }) => verdict === 'decision'),
    rules: [...new Set(changes.map(({ rule }) => rule))],
    subscriptions,
  };
}

function accessContext(question: AccessQuestion, ladder: ClassificationLadder): Context {
  const { product, request, subscription } = question;
  const shown = product.tables.flatMap((table) => {
    const visible = visibleColumns(table, request.scope, ladder);
    return [...table.columns, ...table.partitionKeys]
      .filter((column) => visible === '*' || visible.includes(column.name))
      .map((column) => ({ table, column, level: sensitivity(column, table, ladder) }));
  });
  // What is shared is meant for what comes later, too; any other wish that shows nothing is worth nothing.
  const reach = shown.length === 0 && question.action !== 'share' ? -1 : reachOf(question, ladder);
  const level = Math.max(reach, ...shown.map((entry) => entry.level));
  const words = request.purpose.trim().toLowerCase();
  const purpose = { type: 'Weft::Purpose', id: words };
  const named = (entries: typeof shown) =>
    entries.map(({ table, column }) => columnEntity(product, table, column.name));
  const context: Record<string, Fact> = {
    consumer: entity('Domain', request.consumer),
    level,
    classification: ladder[Math.max(level, 0)] ?? '',
    top: level >= 2 && level >= ladder.length - 1,
    clearanceKnown: ladder.includes(request.scope.clearance),
    columns: named(shown),
    personal: named(shown.filter(({ column }) => column.personal === true)),
    purpose: { __entity: purpose },
    wholeAccount: request.wholeAccount === true,
    principals: [...(request.principals ?? [])],
    ...(request.expiresAt === undefined ? {} : { expiresAt: moment(request.expiresAt) }),
    ...(subscription === undefined ? {} : { subscription: entity('Subscription', subscription) }),
  };
  return { context, entities: [{ uid: purpose, attrs: { stated: words !== '' }, parents: [] }] };
}

/**
 * How high access may come to reach without being asked for again: up to its clearance, where columns or tables that come later are part of it; nothing comes later
 * to what is taken out once.
 */
function reachOf({ action, request: { scope } }: AccessQuestion, ladder: ClassificationLadder): number {
  const { tables, columns = {}, clearance } = scope;
  const closed = tables?.every((name) => Object.hasOwn(columns, name)) === true;
  return action === 'export' || closed ? -1 : ladder.indexOf(clearance);
}
