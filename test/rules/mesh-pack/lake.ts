import { at, breaking, list, only, type Place, type Properties, type Resources, type Rule, setting } from './rule.ts';
import { areRoles, textOf } from './statement.ts';

const SETTINGS = 'AWS::LakeFormation::DataLakeSettings';
const GRANT = 'AWS::LakeFormation::PrincipalPermissions';
const LOCATION = 'AWS::LakeFormation::Resource';
const DATABASE = 'AWS::Glue::Database';

const ADMIN = { DataLakePrincipalIdentifier: 'arn:aws:iam::210000000001:role/admin' };
const GOOD_SETTINGS = {
  MutationType: 'APPEND',
  Admins: [ADMIN],
  CreateDatabaseDefaultPermissions: [],
  CreateTableDefaultPermissions: [],
  TrustedResourceOwners: ['210000000001'],
  Parameters: { CROSS_ACCOUNT_VERSION: '4', SET_SOURCE_IDENTITY: 'TRUE' },
};

/** Roles of people: whoever is one administers nothing. */
const PEOPLE = /-(producer|analyst|steward|platform|auditor)$/;

/** The trail of who shares names who reads, in the accounts of domains. */
function trusts({ TrustedResourceOwners }: Properties, { account, topology }: Place): boolean {
  const domain = topology.domains.some((one) => one.account === account);
  return !domain || list(TrustedResourceOwners).join() === topology.governanceAccount;
}

const settings: Rule = {
  id: 'lake-settings',
  why: 'settings are one for each account: adding keeps other administrators, and nothing may go to IAMAllowedPrincipals',
  check: (resources, place) =>
    breaking(
      resources,
      SETTINGS,
      (p) =>
        p.MutationType === 'APPEND' &&
        list(p.Admins).length > 0 &&
        list(p.Admins).every((admin) => isRole(at(admin, 'DataLakePrincipalIdentifier'))) &&
        list(p.Admins).every((admin) => !PEOPLE.test(textOf(at(admin, 'DataLakePrincipalIdentifier')))) &&
        trusts(p, place) &&
        Array.isArray(p.CreateDatabaseDefaultPermissions) &&
        p.CreateDatabaseDefaultPermissions.length === 0 &&
        Array.isArray(p.CreateTableDefaultPermissions) &&
        p.CreateTableDefaultPermissions.length === 0 &&
        /^[1-5]$/.test(String(at(p, 'Parameters', 'CROSS_ACCOUNT_VERSION'))) &&
        at(p, 'Parameters', 'SET_SOURCE_IDENTITY') === 'TRUE',
    ),
  passes: only(SETTINGS, GOOD_SETTINGS),
  fails: {
    'replaces the administrators': only(SETTINGS, { ...GOOD_SETTINGS, MutationType: 'REPLACE' }),
    'says nothing of defaults': only(SETTINGS, {
      ...GOOD_SETTINGS,
      CreateTableDefaultPermissions: undefined,
    }),
    'lets people administer': only(SETTINGS, {
      ...GOOD_SETTINGS,
      Admins: [{ DataLakePrincipalIdentifier: 'arn:aws:iam::210000000011:role/aviation-x-producer' }],
    }),
    'lets everybody administer': only(SETTINGS, { ...GOOD_SETTINGS, Admins: [{ DataLakePrincipalIdentifier: '*' }] }),
    'lets no trail of the owner name who reads': only(SETTINGS, { ...GOOD_SETTINGS, TrustedResourceOwners: undefined }),
    'leaves the version open': only(SETTINGS, { ...GOOD_SETTINGS, Parameters: { SET_SOURCE_IDENTITY: 'TRUE' } }),
  },
  mutations: [
    setting(SETTINGS, ['MutationType'], 'REPLACE'),
    setting(SETTINGS, ['MutationType'], undefined),
    setting(SETTINGS, ['Admins'], []),
    setting(SETTINGS, ['CreateTableDefaultPermissions'], undefined),
    setting(SETTINGS, ['CreateDatabaseDefaultPermissions'], [{ Principal: ADMIN, Permissions: ['ALL'] }]),
    setting(SETTINGS, ['Parameters', 'CROSS_ACCOUNT_VERSION'], undefined),
    setting(SETTINGS, ['Parameters', 'CROSS_ACCOUNT_VERSION'], '9'),
    setting(SETTINGS, ['Parameters', 'SET_SOURCE_IDENTITY'], 'FALSE'),
  ],
};

/** What a stack grants; what changes with products the agent and the reconciler grant. */
const GRANTED = ['ALTER', 'CREATE_TABLE', 'DATA_LOCATION_ACCESS', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT', 'SELECT'];

/** Making tables at a location goes to who owns it: the domain's producer and pipeline there, the reconciler where the central catalog is. */
function atLocations(properties: Properties): boolean {
  const location = at(properties, 'Resource', 'DataLocation') !== undefined;
  if (location !== list(properties.Permissions).includes('DATA_LOCATION_ACCESS')) return false;
  return (
    !location ||
    /(-(producer|pipeline|reconcile)|<\w*(Reconcile|Runner)\w*\.Arn>)$/.test(
      textOf(at(properties, 'Principal', 'DataLakePrincipalIdentifier')),
    )
  );
}

const GOOD_GRANT = {
  Principal: { DataLakePrincipalIdentifier: 'arn:aws:iam::210000000011:role/aviation-x-analyst' },
  Resource: { Database: { CatalogId: '210000000011', Name: 'default' } },
  Permissions: ['DESCRIBE'],
  PermissionsWithGrantOption: [],
};

const grants: Rule = {
  id: 'lake-grants',
  why: 'what a stack grants is narrow, goes to one role and ends there: no ALL, no grant option, no IAMAllowedPrincipals, no account',
  check: (resources) =>
    breaking(
      resources,
      GRANT,
      (p) =>
        !list(p.Permissions).includes('ALL') &&
        !list(p.Permissions).includes('SUPER') &&
        list(p.Permissions).length > 0 &&
        list(p.Permissions).every((one) => GRANTED.includes(String(one))) &&
        atLocations(p) &&
        Array.isArray(p.PermissionsWithGrantOption) &&
        p.PermissionsWithGrantOption.length === 0 &&
        isRole(at(p, 'Principal', 'DataLakePrincipalIdentifier')),
    ),
  passes: only(GRANT, GOOD_GRANT),
  fails: {
    'grants everything': only(GRANT, { ...GOOD_GRANT, Permissions: ['ALL'] }),
    'may be passed on': only(GRANT, { ...GOOD_GRANT, PermissionsWithGrantOption: ['DESCRIBE'] }),
    'lets an analyst make tables at a location': only(GRANT, {
      ...GOOD_GRANT,
      Permissions: ['DATA_LOCATION_ACCESS'],
      Resource: { DataLocation: { ResourceArn: 'arn:aws:s3:::bucket' } },
    }),
    'grants all that there is': only(GRANT, { ...GOOD_GRANT, Permissions: ['SUPER'] }),
    'goes to IAMAllowedPrincipals': only(GRANT, {
      ...GOOD_GRANT,
      Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' },
    }),
  },
  mutations: [
    setting(GRANT, ['Permissions'], ['ALL']),
    setting(GRANT, ['PermissionsWithGrantOption'], ['DESCRIBE']),
    setting(GRANT, ['Principal', 'DataLakePrincipalIdentifier'], 'IAM_ALLOWED_PRINCIPALS'),
    setting(GRANT, ['Principal', 'DataLakePrincipalIdentifier'], '210000000012'),
  ],
};

function isRole(principal: unknown): boolean {
  if (typeof principal === 'string') return /^arn:aws:iam::\d{12}:role\/[^*]+$/.test(principal);
  return at(principal, 'Fn::GetAtt') !== undefined;
}

const OTHER_GRANT = { ...GOOD_GRANT, Permissions: ['ALTER'] };

const chain: Rule = {
  id: 'lake-grant-chain',
  why: 'one grant for each principal and resource, one after the other: CloudFormation replaces by this pair, and Lake Formation refuses concurrent changes',
  check: (resources) => {
    const grantIds = Object.keys(resources).filter((id) => resources[id]?.Type === GRANT);
    const seen = new Map<string, string>();
    const twice = grantIds.filter((id) => {
      const { Principal, Resource } = resources[id]?.Properties ?? {};
      const pair = JSON.stringify([Principal, Resource]);
      if (seen.has(pair)) return true;
      seen.set(pair, id);
      return false;
    });
    const heads = grantIds.filter(
      (id) => !list(resources[id]?.DependsOn).some((other) => grantIds.includes(String(other))),
    );
    return [...twice, ...heads.slice(1)];
  },
  passes: {
    First: { Type: GRANT, Properties: GOOD_GRANT },
    Second: {
      Type: GRANT,
      Properties: { ...GOOD_GRANT, Resource: { Database: { CatalogId: '210000000011', Name: 'x' } } },
      DependsOn: ['First'],
    },
  },
  fails: {
    'grants a pair twice': {
      First: { Type: GRANT, Properties: GOOD_GRANT },
      Second: { Type: GRANT, Properties: OTHER_GRANT, DependsOn: ['First'] },
    },
    'grants at once': {
      First: { Type: GRANT, Properties: GOOD_GRANT },
      Second: { Type: GRANT, Properties: { ...GOOD_GRANT, Resource: { Database: { Name: 'x' } } } },
    },
  },
  mutations: [],
};

const GOOD_LOCATION = {
  ResourceArn: 'arn:aws:s3:::bucket',
  RoleArn: 'arn:aws:iam::210000000001:role/r',
  UseServiceLinkedRole: false,
  HybridAccessEnabled: false,
};

const locations: Rule = {
  id: 'lake-location',
  why: "a location is read as a role of its own, because the service-linked one reads every account's alike, and never in hybrid mode",
  check: (resources) =>
    breaking(
      resources,
      LOCATION,
      (p) => p.UseServiceLinkedRole === false && areRoles([textOf(p.RoleArn)]) && p.HybridAccessEnabled === false,
    ),
  passes: only(LOCATION, GOOD_LOCATION),
  fails: { 'uses the service-linked role': only(LOCATION, { ...GOOD_LOCATION, UseServiceLinkedRole: true }) },
  mutations: [
    setting(LOCATION, ['UseServiceLinkedRole'], true),
    setting(LOCATION, ['HybridAccessEnabled'], true),
    setting(LOCATION, ['RoleArn'], undefined),
  ],
};

const DB_DEFAULTS = ['DatabaseInput', 'CreateTableDefaultPermissions'];

const databases: Rule = {
  id: 'glue-database-defaults',
  why: 'a database has defaults of its own for new tables, which go before those of the account',
  check: (resources: Resources) =>
    breaking(resources, DATABASE, (p) => {
      const defaults = at(p, ...DB_DEFAULTS);
      return Array.isArray(defaults) && defaults.length === 0;
    }),
  passes: only(DATABASE, { DatabaseInput: { Name: 'x', CreateTableDefaultPermissions: [] } }),
  fails: { 'leaves defaults to the account': only(DATABASE, { DatabaseInput: { Name: 'x' } }) },
  mutations: [
    setting(DATABASE, DB_DEFAULTS, undefined),
    setting(DATABASE, DB_DEFAULTS, [
      { Permissions: ['ALL'], Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' } },
    ]),
  ],
};

export const LAKE_RULES: readonly Rule[] = [settings, grants, chain, locations, databases];
