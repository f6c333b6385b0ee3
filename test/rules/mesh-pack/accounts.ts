import { EXAMPLE } from './example.ts';
import { only, type Place, type Properties, type Resources, type Rule } from './rule.ts';

/** A number of twelve digits on its own: in hashes they have letters beside them. */
const ACCOUNT = /(?<![0-9a-zA-Z])\d{12}(?![0-9a-zA-Z])/g;
const ORGANIZATION = /(?<![a-z0-9-])o-[a-z0-9]{10,32}(?![a-z0-9-])/g;

/** The texts of a template; numbers are counts of something else. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function breakingText(resources: Resources, fine: (text: string) => boolean): string[] {
  return Object.entries(resources)
    .filter(([, { Properties }]) => !fine(JSON.stringify(textsIn(Properties))))
    .map(([id]) => id);
}

function accountsOf({ topology }: Place): Set<string> {
  const { governanceAccount, auditAccount, witnessAccount, managementAccount, domains } = topology;
  const named = [governanceAccount, auditAccount, witnessAccount, managementAccount].filter((one) => one !== undefined);
  return new Set([...named, ...domains.map(({ account }) => account)]);
}

const queuePolicy = (account: string) =>
  only('AWS::SQS::QueuePolicy', {
    PolicyDocument: { Statement: [{ Principal: { AWS: `arn:aws:iam::${account}:root` } }] },
  });

const accounts: Rule = {
  id: 'known-accounts',
  why: 'an account that the mesh does not have is a slip of the keyboard or a stranger',
  check: (resources, place) => {
    const known = accountsOf(place);
    return breakingText(resources, (text) => (text.match(ACCOUNT) ?? []).every((account) => known.has(account)));
  },
  passes: queuePolicy('210000000012'),
  fails: { 'names an account of nobody': queuePolicy('999999999999') },
  mutations: ['AWS::IAM::Role', 'AWS::S3::BucketPolicy', 'AWS::KMS::Key', 'AWS::Events::EventBusPolicy'].map(
    (type) => ({
      type,
      name: 'a stranger in the place of an account',
      apply: (properties: Properties) => replaceText(properties, ACCOUNT, '999999999999'),
    }),
  ),
};

const organizations: Rule = {
  id: 'known-organization',
  why: 'whoever is of another organization is not of the mesh',
  check: (resources, { topology: { organization } }) =>
    breakingText(resources, (text) => (text.match(ORGANIZATION) ?? []).every((one) => one === organization)),
  passes: only('AWS::SQS::QueuePolicy', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-weftdemo01' } } }),
  fails: {
    'lets in another organization': only('AWS::SQS::QueuePolicy', {
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-another0001' } },
    }),
  },
  mutations: [
    'AWS::S3::BucketPolicy',
    'AWS::ApiGateway::RestApi',
    'AWS::Events::EventBusPolicy',
    'AWS::SQS::QueuePolicy',
  ].map((type) => ({
    type,
    name: 'another organization',
    apply: (properties: Properties) => replaceText(properties, ORGANIZATION, 'o-another0001'),
  })),
};

/** Replaces a text wherever it stands; false where it stands nowhere. */
function replaceText(properties: Properties, pattern: RegExp, text: string): boolean {
  const before = JSON.stringify(properties);
  const after = before.replaceAll(pattern, text);
  Object.assign(properties, JSON.parse(after));
  return before !== after;
}

/** What is named for a domain is in the domain's account: its roles, buses, buckets, sources of events. */
function belongs(text: string, { topology }: Place): boolean {
  const { mesh, governanceAccount, region } = topology;
  const accountsByName = new Map(topology.domains.map(({ name, account }) => [name, account]));
  // Longest first: `sales-eu` is not the domain `sales`.
  const names = [...accountsByName.keys()].sort((one, other) => other.length - one.length).join('|');
  const all = (pattern: string) => [...text.matchAll(new RegExp(pattern, 'g'))].map(({ groups }) => groups ?? {});
  const roles = all(`:iam::(?<account>\\d{12}):role/${mesh}-(?<domain>${names})(?!-directory)(?=["-])`);
  const buses = all(`:events:[a-z0-9-]+:(?<account>\\d{12}):event-bus/${mesh}-(?<domain>${names})(?=")`);
  const buckets = all(`${mesh}-(?<domain>${names})(?:-landing|-exchange)?-(?<account>\\d{12})-${region}`);
  const governance = all(`:iam::(?<account>\\d{12}):role/${mesh}-(?:lf-(?:${names})|(?:${names})-directory)(?=")`);
  const sources = all(`weft\\.product\\.(?<account>\\d{12})\\.(?<domain>${names})(?=["*])`);
  return (
    [...roles, ...buses, ...buckets, ...sources].every(
      ({ account, domain = '' }) => account === accountsByName.get(domain),
    ) && governance.every(({ account }) => account === governanceAccount)
  );
}

const named = (arn: string) => only('AWS::IAM::Policy', { PolicyDocument: { Statement: [{ Resource: arn }] } });

const names: Rule = {
  id: 'names-say-accounts',
  why: 'what has the name of a domain is in the account of that domain, or one domain would get what is meant for another',
  check: (resources, place) => breakingText(resources, (text) => belongs(text, place)),
  passes: named('arn:aws:iam::210000000011:role/aviation-x-agent'),
  fails: {
    "names a domain's role in another's account": named('arn:aws:iam::210000000012:role/aviation-x-agent'),
    "names a domain's bus in another's account": named('arn:aws:events:us-east-1:210000000012:event-bus/aviation-x'),
    "names a domain's bucket in another's account": named('arn:aws:s3:::aviation-x-210000000012-us-east-1/*'),
    'speaks for the products of another account': named('weft.product.210000000012.x'),
    'has a location read from a domain': named('arn:aws:iam::210000000011:role/aviation-lf-x'),
  },
  mutations: [
    {
      type: 'AWS::S3::BucketPolicy',
      name: 'the location role of another account',
      apply: (properties: Properties) => {
        const before = JSON.stringify(properties);
        const after = before.replaceAll(/::\d{12}(:role\/[a-z]+-lf-)/g, `::${EXAMPLE.account}$1`);
        Object.assign(properties, JSON.parse(after));
        return before !== after;
      },
    },
  ],
};

export const ACCOUNT_RULES: readonly Rule[] = [accounts, organizations, names];
