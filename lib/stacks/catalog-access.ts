import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { AcceptedWildcards } from '#constructs/wildcards.ts';

/** What a query asks of the catalog in its caller's name. */
const QUERIED = [
  'glue:BatchGetPartition',
  'glue:GetDatabase',
  'glue:GetPartition',
  'glue:GetPartitions',
  'glue:GetTable',
];

/** What people and their tools look around with. */
const LISTED = [
  'glue:GetDatabases',
  'glue:GetTableVersion',
  'glue:GetTableVersions',
  'glue:GetTables',
  'glue:SearchTables',
];

/** Reads databases of one or more accounts' catalogs; Lake Formation filters what is seen. `*` in a name is a wildcard of IAM. */
export function catalogRead(
  scope: Construct,
  accounts: readonly string[],
  databases: readonly string[],
  sid = 'Catalog',
): PolicyStatement {
  return onDatabases(scope, accounts, databases, sid, [...QUERIED, ...LISTED].sort());
}

/** Lets a machine query tables whose names it knows. */
export function catalogQuery(
  scope: Construct,
  accounts: readonly string[],
  databases: readonly string[],
): PolicyStatement {
  return onDatabases(scope, accounts, databases, 'Catalog', QUERIED);
}

function onDatabases(
  scope: Construct,
  accounts: readonly string[],
  databases: readonly string[],
  sid: string,
  actions: string[],
): PolicyStatement {
  const { region } = Stack.of(scope);
  return new PolicyStatement({
    sid,
    actions,
    resources: accounts.flatMap((account) => [
      `arn:aws:glue:${region}:${account}:catalog`,
      ...databases.flatMap((name) => [
        `arn:aws:glue:${region}:${account}:database/${name}`,
        `arn:aws:glue:${region}:${account}:table/${name}/*`,
      ]),
    ]),
  });
}

/** Every product database of the mesh, and its links: `<domain>__<product>__v<major>`. */
export const PRODUCT_DATABASES = '*__*__v*';

/** Why the wildcards in `catalogRead` stand. */
export const CATALOG_WILDCARDS: AcceptedWildcards = {
  'Resource::arn:aws:glue:%':
    'product databases and tables come and go at run time; Lake Formation decides which of them are seen',
};
