import { LANES } from '#aws/registry-keys.ts';
import { CROSS_ACCOUNT_GRANTS } from '#mesh/entitlement/choose.ts';

/** How big a mesh is. */
export interface MeshSize {
  readonly domains: number;
  readonly products: number;
  readonly tablesOfProduct: number;
  readonly subscriptions: number;
}

/** The mesh that the page begins with, and how often of it the other columns are. */
export const BASE: MeshSize = { domains: 5, products: 100, tablesOfProduct: 3, subscriptions: 1_000 };
const TIMES = [1, 10, 100, 1_000] as const;

/** A mesh so many times as big: more domains, products and subscriptions, each product as it was. */
export function timesAsBig(size: MeshSize, times: number): MeshSize {
  const { domains, products, subscriptions } = size;
  return { ...size, domains: domains * times, products: products * times, subscriptions: subscriptions * times };
}

/** What a quota counts, in which account or thing, and how much of it a mesh needs. */
export interface Quota {
  readonly name: string;
  readonly of: string;
  readonly limit: number;
  /** Whether AWS raises it when asked. */
  readonly adjustable: boolean;
  readonly source: string;
  readonly needs: (size: MeshSize) => number;
  /** What happens there, and what helps. */
  readonly beyond: string;
}

/** Grants across accounts of one product shared whole with one account: on the database, and on all of its tables. */
export const GRANTS_OF_A_SHARE = 3;
/** On the bus of the mesh: what a domain reports, and what it is told. */
const RULES_OF_A_DOMAIN = 2;
/** In the governance account: its location, its rule, its people. */
const ROLES_OF_A_DOMAIN = 3;
const ROLES_OF_GOVERNANCE = 13;
/** In the policy of the trail's bucket, names of ordinary length. */
const BYTES_OF_A_TRAIL = 225;

/** Products of one domain with one account are one share, whatever the number of subscriptions in it. */
export function sharesOf({ domains, products, subscriptions }: MeshSize): number {
  return Math.min(subscriptions, products * (domains - 1));
}

const guide = (service: string, page: string) => `${service}: ${page}`;

export const QUOTAS: readonly Quota[] = [
  {
    name: 'grants by name to other accounts',
    of: 'governance account',
    limit: CROSS_ACCOUNT_GRANTS,
    adjustable: true,
    source: guide('Lake Formation Developer Guide', 'cross-account-notes'),
    needs: (size) => sharesOf(size) * GRANTS_OF_A_SHARE,
    beyond:
      'entitlements by LF-Tags, or to the organization, count once for many products; cross-account version 5 shares by pattern',
  },
  {
    name: 'rules of a bus',
    of: "the mesh's bus",
    limit: 300,
    adjustable: true,
    source: guide('EventBridge User Guide', 'eb-quota'),
    needs: ({ domains }) => domains * RULES_OF_A_DOMAIN,
    beyond:
      'the quota has to be raised before the domain is enrolled; its enrolment fails and changes nothing for the others',
  },
  {
    name: 'characters of the policy of a bus',
    of: "the mesh's bus",
    limit: 10_240,
    adjustable: true,
    source: guide('EventBridge User Guide', 'eb-quota'),
    needs: () => 300,
    beyond: 'one statement for the organization; without one, WEFT-STACK-004 beyond 30 domains',
  },
  {
    name: 'bytes of the policy of a bucket',
    of: "the trail's bucket, a trail for each account",
    limit: 20_480,
    adjustable: false,
    source: guide('S3 User Guide', 'using-iam-policies'),
    needs: ({ domains }) => 1_700 + domains * BYTES_OF_A_TRAIL,
    beyond: 'WEFT-STACK-005 asks for the management account: the one trail of the organization takes two names',
  },
  {
    name: 'roles',
    of: 'governance account',
    limit: 1_000,
    adjustable: true,
    source: guide('IAM User Guide', 'reference_iam-quotas'),
    needs: ({ domains }) => ROLES_OF_GOVERNANCE + domains * ROLES_OF_A_DOMAIN,
    beyond: 'the quota has to be raised before the domain is enrolled',
  },
  {
    name: 'databases',
    of: 'governance account',
    limit: 10_000,
    adjustable: true,
    source: guide('AWS General Reference', 'glue'),
    needs: ({ products }) => products,
    beyond: 'registering a product says why it waits, and goes on by itself when the quota is raised',
  },
  {
    name: 'tables',
    of: 'governance account',
    limit: 1_000_000,
    adjustable: true,
    source: guide('AWS General Reference', 'glue'),
    needs: ({ products, tablesOfProduct }) => products * tablesOfProduct,
    beyond: 'as for databases',
  },
  {
    name: 'functions that run at once',
    of: 'governance account',
    limit: 1_000,
    adjustable: true,
    source: guide('Lambda Developer Guide', 'gettingstarted-limits'),
    needs: ({ domains }) => domains * LANES,
    beyond: 'in a sweep of every domain the lanes wait for one another and for the API; new accounts begin with less',
  },
  {
    name: 'messages that a FIFO queue looks through',
    of: "the reconcile's queue",
    limit: 120_000,
    adjustable: false,
    source: guide('SQS Developer Guide', 'avoid-backlog-with-the-same-message-group-id'),
    needs: ({ products }) => products,
    beyond: 'after a sweep changes wait until fewer are left; a sweep would have to be cut into parts',
  },
];

/** The quotas in the order in which a growing mesh meets them, and from how many times the base mesh on; those that it never meets last. */
export function metFirst(base: MeshSize = BASE): { readonly quota: Quota; readonly times: number }[] {
  const meets = ({ needs, limit }: Quota) => {
    let times = 1;
    while (times < 1_000_000 && needs(timesAsBig(base, times)) <= limit) times = Math.ceil(times * 1.01);
    return times < 1_000_000 ? times : Number.POSITIVE_INFINITY;
  };
  return QUOTAS.map((quota) => ({ quota, times: meets(quota) })).toSorted((a, b) => a.times - b.times);
}

/** The table of docs/scale.md. */
export function quotaTable(): string {
  const number = (value: number) => value.toLocaleString('en-US');
  const cell = (quota: Quota, times: number) => {
    const needed = quota.needs(timesAsBig(BASE, times));
    return needed > quota.limit ? `**${number(needed)}**` : number(needed);
  };
  const rows = metFirst().map(({ quota }) =>
    [
      quota.name,
      quota.of,
      `${number(quota.limit)}${quota.adjustable ? ' (adjustable)' : ''}`,
      ...TIMES.map((times) => cell(quota, times)),
      quota.beyond,
      quota.source,
    ].join(' | '),
  );
  const titles = ['quota', 'of', 'limit', ...TIMES.map((times) => `${number(times)}×`), 'what happens then', 'source'];
  return `| ${titles.join(' | ')} |\n|${titles.map(() => '---|').join('')}\n${rows.map((row) => `| ${row} |\n`).join('')}`;
}

/** What a mesh of so many domains needs of what the stacks make, for a look at whether they do. */
export function madeByStacks(domains: number): {
  readonly rules: number;
  readonly roles: number;
  readonly trailPolicy: number;
} {
  const size = { ...BASE, domains };
  const needs = (name: string, of?: string) =>
    QUOTAS.find((quota) => quota.name === name && (of === undefined || quota.of === of))?.needs(size) ?? 0;
  return {
    rules: needs('rules of a bus'),
    roles: needs('roles'),
    trailPolicy: needs('bytes of the policy of a bucket'),
  };
}
