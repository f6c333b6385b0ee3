import { visibleColumns } from '#mesh/access/compile.ts';
import { type Choice, CROSS_ACCOUNT_GRANTS, chooseGrants } from '#mesh/entitlement/choose.ts';
import { type EntitlementRecord, type Grantee, isStanding } from '#mesh/entitlement/entitlement.ts';
import { type Member, membersOf } from '#mesh/entitlement/members.ts';
import { compileTagGrants, diffTagGrants, type TagGrantChange } from '#mesh/entitlement/tag-grants.ts';
import { userError } from '#mesh/error.ts';
import type { PolicyVerdict } from '#mesh/policy/decision.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { domainRoleName, roleArn } from '#mesh/topology/names.ts';
import { isPartner } from '#mesh/topology/rules.ts';
import { domainNamed, type Topology } from '#mesh/topology/topology.ts';
import { authorize } from '../authorize.ts';
import { type ApiDeps, changeBy, type Request } from '../request.ts';
import { checkEnd } from '../scope.ts';
import { askPolicy } from './ask.ts';
import { coveredProducts, filteredBeside } from './covered.ts';

/** What somebody wants to give. */
export interface EntitlementWish {
  /** The domain whose products it is over; absent: every domain's. */
  readonly domain?: string;
  /** A consuming domain, or the ARN of the organization or of one of its units. */
  readonly to: string;
  readonly classification: string;
  readonly purpose: string;
  /** Roles of the consuming account; default: its analyst role. For a consuming domain only. */
  readonly principals?: readonly string[];
  /** ISO 8601. */
  readonly expiresAt?: string;
}

/** What the entitlement shows of one product that there is. */
export interface ShownProduct {
  readonly product: string;
  readonly major: number;
  /** Per table, how many of its columns are shown; tables out of reach are not here. */
  readonly tables: Readonly<Record<string, { readonly shown: number; readonly of: number }>>;
}

/** What granting would do, before it happens. */
export interface EntitlementPlan extends Choice {
  readonly consumers: readonly string[];
  readonly products: readonly ShownProduct[];
  /** The grants by LF-Tags that come and go. */
  readonly tagGrants: readonly TagGrantChange[];
  readonly policies: readonly PolicyVerdict[];
  /** Grants across accounts of the whole mesh, by what its products last reported, before and after; the limit is a soft one. */
  readonly quota: { readonly before: number; readonly after: number; readonly limit: number };
}

export interface EntitlementGranted {
  readonly entitlement: EntitlementRecord;
  readonly plan: EntitlementPlan;
  /** False: the same entitlement was there already. */
  readonly changed: boolean;
}

/**
 * Grants everything up to a level of a domain, or of every domain, to a consuming domain, a unit or the organization. A domain's is granted by its steward, one over every domain by the platform
 * team; policy has a say in each product that there is.
 * @throws WEFT-AUTH-002, WEFT-ENTITLEMENT-001 to -003, -005 and -006, WEFT-REQUEST-004.
 */
export async function grantEntitlement(
  wish: EntitlementWish,
  request: Request,
  deps: ApiDeps,
): Promise<EntitlementGranted> {
  const { entitlement, plan, same } = await draft(wish, request, deps);
  if (same !== undefined) return { entitlement: same, plan, changed: false };
  await deps.registry.write([{ record: entitlement, replaces: undefined }]);
  return { entitlement, plan, changed: true };
}

/** What granting would do. @throws as above. */
export async function planEntitlement(
  wish: EntitlementWish,
  request: Request,
  deps: ApiDeps,
): Promise<EntitlementPlan> {
  return (await draft(wish, request, deps)).plan;
}

async function draft(wish: EntitlementWish, request: Request, deps: ApiDeps) {
  const topology = await deps.topology();
  const { caller } = request;
  if (wish.domain === undefined) authorize('entitlement.grant-mesh', caller);
  else authorize('entitlement.grant', caller, { owner: wish.domain });
  const at = deps.now();
  const grantee = granteeOf(wish, topology);
  const members = membersOf({ grantee, expiresAt: wish.expiresAt }, topology).filter(
    ({ domain }) => domain !== wish.domain,
  );
  refuseUnusable(wish, members, topology);
  const selector = {
    ...(wish.domain === undefined ? {} : { domain: wish.domain }),
    classification: wish.classification,
  };
  const expiresAt = checkEnd(wish.expiresAt, at);
  const others = (await deps.registry.entitlements()).filter((other) => isStanding(other, at.toISOString()));
  const every = await coveredProducts([{ classification: wish.classification }], deps.registry);
  const products = every.filter(({ domain }) => wish.domain === undefined || domain === wish.domain);
  const owners = wish.domain === undefined ? topology.domains.map(({ name }) => name) : [wish.domain];
  const asked = { ...wish, expiresAt, consumers: members.map(({ domain }) => domain), owners };
  const policies = await askPolicy(asked, products, request, deps);
  const open: EntitlementRecord = {
    type: 'entitlement',
    id: `${wish.domain ?? 'mesh'}.${deps.random()}`,
    selector,
    grantee,
    purpose: wish.purpose,
    grantedBy: caller.arn,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    way: 'tags',
    because: '',
    consumers: members.map(({ domain }) => domain),
    state: 'approved',
    generation: 1,
    revision: 1,
    change: changeBy(request, 'EntitlementGranted', at, { policies: policies.map(({ id }) => id) }),
    createdAt: at.toISOString(),
    status: {},
  };
  const filtered = await filteredBeside(open, products, { topology, now: at.toISOString() }, deps.registry);
  const choice = chooseGrants(open, { products, others, filtered, topology });
  const entitlement = { ...open, way: choice.way, because: choice.because };
  const same = others.find((other) => isSameGift(other, entitlement));
  const before = compileTagGrants(others, topology);
  const used = before.length + every.reduce((sum, { status }) => sum + (status.accountGrants ?? 0), 0);
  const plan: EntitlementPlan = {
    ...choice,
    consumers: entitlement.consumers,
    products: products.map((product) => shownOf(product, wish.classification, topology)),
    tagGrants: diffTagGrants(compileTagGrants(same ? others : [...others, entitlement], topology), before),
    policies,
    quota: { before: used, after: used + (same ? 0 : choice.grants[choice.way]), limit: CROSS_ACCOUNT_GRANTS },
  };
  return { entitlement, plan, same };
}

function granteeOf({ to, principals }: EntitlementWish, topology: Topology): Grantee {
  const consumer = domainNamed(topology, to);
  if (consumer !== undefined) {
    const { name: domain, account } = consumer;
    const roles = principals ?? [roleArn(account, domainRoleName(topology.mesh, domain, 'analyst'))];
    const foreign = roles.find((role) => !role.startsWith(`arn:aws:iam::${account}:role/`));
    if (foreign !== undefined || roles.length === 0) {
      throw userError('WEFT-ENTITLEMENT-001', `\`${foreign ?? ''}\` is not a role of account ${account}`, {
        hint: `name role ARNs of \`${domain}\`, or none for its analysts`,
      });
    }
    return { kind: 'account', domain, account, principals: [...new Set(roles)].sort() };
  }
  const arn = /^arn:aws:organizations::\d{12}:(organization|ou)\/(o-[a-z0-9]{10,32})(?:\/ou-[a-z0-9-]+)?$/.exec(to);
  if (arn === null || principals !== undefined || arn[2] !== topology.organization) {
    throw userError(
      'WEFT-ENTITLEMENT-001',
      `\`${to}\` is no domain of the mesh, and not its organization or a unit of it`,
      {
        hint: `name one of ${topology.domains.map(({ name }) => name).join(', ')}, or the ARN of ${topology.organization ?? 'the organization, which mesh.yaml has to name'}; roles can be named for a domain only`,
      },
    );
  }
  return { kind: arn[1] === 'ou' ? 'ou' : 'organization', arn: to };
}

function refuseUnusable(wish: EntitlementWish, members: readonly Member[], topology: Topology): void {
  if (!topology.classification.includes(wish.classification)) {
    throw userError('WEFT-ENTITLEMENT-002', `classification level \`${wish.classification}\` does not exist`, {
      hint: `levels are ${topology.classification.join(', ')}`,
    });
  }
  if (wish.domain !== undefined && domainNamed(topology, wish.domain) === undefined) {
    throw userError('WEFT-ENTITLEMENT-002', `domain \`${wish.domain}\` is not part of the mesh`, {
      hint: `domains are ${topology.domains.map(({ name }) => name).join(', ')}`,
    });
  }
  const partner = domainNamed(topology, wish.to);
  if (partner !== undefined && isPartner(partner) && wish.expiresAt === undefined) {
    throw userError('WEFT-ENTITLEMENT-006', `\`${wish.to}\` is a partner, and what a partner has must have an end`, {
      hint: 'say until when: --until <date>',
    });
  }
  if (members.length > 0) return;
  throw userError('WEFT-ENTITLEMENT-003', `\`${wish.to}\` holds no domain but the owner itself`, {
    hint: 'a domain needs no entitlement to its own products; for a unit, mesh.yaml has to say `unit: ou-…` of its domains',
  });
}

function shownOf(product: ProductRecord, classification: string, { classification: ladder }: Topology): ShownProduct {
  const tables = product.tables.flatMap((table) => {
    const names = visibleColumns(table, { clearance: classification }, ladder);
    const of = table.columns.length + table.partitionKeys.length;
    const shown = names === '*' ? of : names.length;
    return shown === 0 ? [] : [[table.name, { shown, of }] as const];
  });
  return { product: productId(product), major: product.major, tables: Object.fromEntries(tables) };
}

function isSameGift(a: EntitlementRecord, b: EntitlementRecord): boolean {
  const essence = ({ selector, grantee, expiresAt }: EntitlementRecord) =>
    JSON.stringify([selector, grantee, expiresAt]);
  return essence(a) === essence(b);
}
