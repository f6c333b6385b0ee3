import type { VersionState } from '#aws/registry.ts';
import { compileAccess, visibleColumns } from '#mesh/access/compile.ts';
import { parseFilter } from '#mesh/access/row-filter-parser.ts';
import { filterColumns } from '#mesh/access/row-filter-tree.ts';
import { centralTables } from '#mesh/contract/central-tables.ts';
import { userError, WeftError } from '#mesh/error.ts';
import { buildPlan, type Plan } from '#mesh/plan/plan.ts';
import { type Decision, decisionStamp } from '#mesh/policy/decision.ts';
import { isPublished } from '#mesh/product/life.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { type AccessScope, holdsAccess, type SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { approve } from '#mesh/subscription/transitions.ts';
import { databaseName, domainRoleName, roleArn } from '#mesh/topology/names.ts';
import { isPartner, recertifyDaysOf } from '#mesh/topology/rules.ts';
import { domainNamed, type Topology } from '#mesh/topology/topology.ts';
import { approversIn } from './approvers.ts';
import { authorize } from './authorize.ts';
import { bumped } from './bumped.ts';
import { decideAccess, refuseDenied } from './decide-access.ts';
import { optimistically } from './optimistic.ts';
import { versionOf } from './products.ts';
import { type ApiDeps, changeBy, type Request } from './request.ts';
import { checkEnd, checkScope } from './scope.ts';

/** Roles of one subscription: their grants go to their account's agent in one event. */
const MOST_ROLES = 100;

/** What somebody asks for. */
export interface SubscriptionWish {
  readonly domain: string;
  readonly name: string;
  readonly major?: number;
  /** Role ARNs of the consuming account; default: its analyst role. */
  readonly principals?: readonly string[];
  /** The whole account instead of roles: its own Lake Formation administrator passes on. Default false. */
  readonly wholeAccount?: boolean;
  /** Default: the product's own classification. */
  readonly clearance?: string;
  readonly tables?: readonly string[];
  readonly columns?: Readonly<Record<string, readonly string[]>>;
  readonly rows?: Readonly<Record<string, string>>;
  readonly purpose: string;
  /** ISO 8601. */
  readonly expiresAt?: string;
}

export interface Requested {
  readonly subscription: SubscriptionRecord;
  readonly plan: Plan;
  /** False: the same subscription was already there. */
  readonly changed: boolean;
}

/**
 * Asks for access. Policy grants it, asks the owner or refuses it; the same wish again answers the subscription that is there.
 * @throws WEFT-REQUEST-001 to -003, WEFT-AUTH-002, WEFT-POLICY-002, WEFT-PRODUCT-001 and -002.
 */
export async function requestSubscription(wish: SubscriptionWish, request: Request, deps: ApiDeps): Promise<Requested> {
  const topology = await deps.topology();
  return optimistically(async () => {
    const version = await versionOf(wish, deps);
    const { verdict, subscription, same } = await draftSubscription(wish, version, topology, request, deps);
    const plan = planOf(version, same ?? subscription, verdict, topology, deps.now().toISOString());
    if (same !== undefined) return { subscription: same, plan, changed: false };
    const writes = [{ record: subscription, replaces: undefined }];
    const product = bumped(version.product, subscription.change);
    await deps.registry.write(
      subscription.state === 'approved' ? [{ record: product, replaces: version.product.revision }, ...writes] : writes,
    );
    return { subscription, plan, changed: true };
  });
}

/** What the request would lead to, if it were approved as it is. */
export async function planSubscription(wish: SubscriptionWish, request: Request, deps: ApiDeps): Promise<Plan> {
  const topology = await deps.topology();
  const version = await versionOf(wish, deps);
  const { verdict, subscription, same } = await draftSubscription(wish, version, topology, request, deps);
  return planOf(version, same ?? subscription, verdict, topology, deps.now().toISOString());
}

/** The plan of a subscription as if it were approved as requested, against what the registry says is granted. */
export function planOf(
  { product, subscriptions, shares }: VersionState,
  subscription: SubscriptionRecord,
  verdict: Decision,
  topology: Topology,
  now: string,
): Plan {
  const others = subscriptions.filter(({ id }) => id !== subscription.id);
  const approved = {
    ...subscription,
    state: 'approved' as const,
    approved: subscription.approved ?? subscription.narrowed ?? subscription.requested,
  };
  const before = compileAccess(product, subscriptions, shares, topology, now);
  const tables = centralTables(product, topology);
  const plan = buildPlan({
    verdict,
    database: databaseName(product.domain, product.name, product.major),
    tables,
    access: compileAccess(product, [...others, approved], shares, topology, now),
    actual: { tables, filters: before.filters, grants: [...before.accountGrants, ...before.definerGrants] },
  });
  return { ...plan, local: plan.local.filter(({ consumer }) => consumer === subscription.consumer) };
}

async function draftSubscription(
  wish: SubscriptionWish,
  { product, subscriptions }: VersionState,
  topology: Topology,
  request: Request,
  deps: Pick<ApiDeps, 'now' | 'random' | 'policy' | 'topology'>,
): Promise<{ verdict: Decision; subscription: SubscriptionRecord; same?: SubscriptionRecord }> {
  const consumer = request.caller.domain;
  authorize('subscription.request', request.caller, { owner: product.domain, consumer });
  if (consumer === undefined || !isPublished(product)) {
    throw userError('WEFT-REQUEST-003', `${productId(product)} v${product.major} is ${product.state}`, {
      hint: 'subscribe to a version that is active',
    });
  }
  const whole = wish.wholeAccount === true ? ({ wholeAccount: true } as const) : {};
  const principals = principalsOf(wish, consumer, request, topology);
  const { tables, columns, rows } = wish;
  const clearance = wish.clearance ?? product.classification;
  const requested: AccessScope = checkScope({ clearance, tables, columns, rows }, product, topology.classification);
  refuseHiddenFilters(requested, product, topology);
  const expiresAt = checkEnd(wish.expiresAt, deps.now());
  refuseEndlessPartner(consumer, expiresAt, topology);
  const access = {
    action: 'subscribe' as const,
    product,
    wish: { consumer, scope: requested, purpose: wish.purpose, expiresAt, principals, ...whole },
  };
  const verdict = await decideAccess(access, request, deps);
  refuseDenied(verdict, access);
  const at = deps.now();
  const decided = decisionStamp(verdict);
  const pending: SubscriptionRecord = {
    type: 'subscription',
    id: `${product.domain}.${product.name}.v${product.major}.${consumer}.${deps.random()}`,
    domain: product.domain,
    product: product.name,
    major: product.major,
    consumer,
    account: request.caller.account,
    principals,
    ...whole,
    purpose: wish.purpose,
    requestedBy: request.caller.arn,
    requested,
    ...(verdict.effect === 'ask' ? { approvers: approversIn(verdict) } : {}),
    expiresAt,
    state: 'pending',
    generation: product.generation + 1,
    revision: 1,
    change: changeBy(request, 'SubscriptionRequested', at, decided),
    createdAt: at.toISOString(),
    status: { conditions: [] },
  };
  const same = subscriptions.find((entry) => isSameWish(entry, pending));
  if (verdict.effect === 'ask') return { verdict, subscription: pending, same };
  const act = {
    actor: 'weft:policy',
    at: at.toISOString(),
    correlation: request.correlation,
    policies: decided.policies,
  };
  const approved = approve(pending, act, {}, topology.classification, {
    recertifyDays: recertifyDaysOf(topology, product.classification),
  });
  if (!approved.ok)
    throw new WeftError('WEFT-REQUEST-009', 'an automatic approval was refused', { problems: approved.problems });
  const change = { ...approved.value.change, ...decided };
  return {
    verdict,
    subscription: { ...approved.value, change, revision: 1, generation: product.generation + 1 },
    same,
  };
}

function refuseEndlessPartner(consumer: string, expiresAt: string | undefined, topology: Topology): void {
  const domain = domainNamed(topology, consumer);
  if (domain === undefined || !isPartner(domain) || expiresAt !== undefined) return;
  throw userError('WEFT-REQUEST-012', `the partner \`${consumer}\` asks for access without an end`, {
    hint: `say when it ends, at most for as long as the terms hold: ${domain.terms}`,
  });
}

/** Whoever chooses a filter on a column learns its values from the rows that come: only the owner may filter by what the clearance withholds. */
function refuseHiddenFilters(requested: AccessScope, product: ProductRecord, topology: Topology): void {
  for (const [name, text] of Object.entries(requested.rows ?? {})) {
    const table = product.tables.find((entry) => entry.name === name);
    const shown = table && visibleColumns(table, { clearance: requested.clearance }, topology.classification);
    if (shown === undefined || shown === '*') continue;
    const hidden = filterColumns(parseFilter(text)).filter((column) => !shown.includes(column));
    if (hidden.length === 0) continue;
    throw userError(
      'WEFT-REQUEST-002',
      `the filter on \`${name}\` reads \`${hidden.join('`, `')}\`, which clearance \`${requested.clearance}\` withholds`,
      { hint: 'filter by columns that the clearance shows, or ask for a higher one' },
    );
  }
}

function principalsOf(wish: SubscriptionWish, consumer: string, request: Request, topology: Topology): string[] {
  if (wish.wholeAccount === true) {
    if (wish.principals === undefined) return [];
    throw userError('WEFT-REQUEST-001', 'a whole account and roles of it are asked for at once', {
      hint: 'leave out the roles: the account passes on to whomever it likes',
    });
  }
  const analyst = roleArn(request.caller.account, domainRoleName(topology.mesh, consumer, 'analyst'));
  const principals = [...new Set(wish.principals ?? [analyst])].sort();
  if (principals.length > MOST_ROLES) {
    throw userError('WEFT-REQUEST-001', `${principals.length} roles are named, at most ${MOST_ROLES} are allowed`, {
      hint: 'ask for the whole account, which passes on to its roles itself, or make several requests',
    });
  }
  const own = new RegExp(`^arn:aws:iam::${request.caller.account}:role/[\\w+=,.@/-]+$`);
  const foreign = principals.filter((principal) => !own.test(principal));
  if (foreign.length > 0 || principals.length === 0) {
    throw userError(
      'WEFT-REQUEST-001',
      `\`${foreign.join(', ') || 'no principal'}\` is not a role of account ${request.caller.account}`,
      {
        hint: `name role ARNs of \`${consumer}\`'s own account, e.g. ${analyst}`,
      },
    );
  }
  return principals;
}

function isSameWish(a: SubscriptionRecord, b: SubscriptionRecord): boolean {
  const essence = ({ consumer, principals, wholeAccount, purpose, requested, expiresAt }: SubscriptionRecord) =>
    JSON.stringify([
      consumer,
      principals,
      wholeAccount,
      purpose,
      requested.clearance,
      requested.tables,
      requested.columns,
      requested.rows,
      expiresAt,
    ]);
  return (a.state === 'pending' || holdsAccess(a)) && essence(a) === essence(b);
}
