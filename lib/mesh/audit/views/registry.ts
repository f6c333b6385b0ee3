import { literal } from '../../sql/literal.ts';
import type { ClassificationLadder } from '../../topology/topology.ts';
import type { AuditView } from './view.ts';

/** A level as its place in the ladder; what nobody classified, and what the ladder does not know, stands above the top. */
function rank(level: string, ladder: ClassificationLadder): string {
  const places = ladder.map((name, index) => `WHEN ${literal(name)} THEN ${index}`);
  return `CASE ${level} ${places.join(' ')} ELSE ${ladder.length} END`;
}

function jsonArray(json: string, path: string): string {
  return `CAST(json_extract(${json}, ${literal(path)}) AS ARRAY(JSON))`;
}

const DATABASE =
  "replace(lower(domain), '-', '_') || '__' || replace(lower(product), '-', '_') || '__v' || CAST(major AS varchar)";

/** Each record of the registry as each change left it, wherever the trail keeps what is long. An event is no state of a record. */
export const RECORDS: AuditView = {
  name: 'records',
  description: 'Products, subscriptions, shares and so on as each change left them',
  columns: {
    id: 'varchar',
    at: 'varchar',
    kind: 'varchar',
    actor: 'varchar',
    action: 'varchar',
    entity: 'varchar',
    domain: 'varchar',
    product: 'varchar',
    major: 'integer',
    subscription: 'varchar',
    consumer: 'varchar',
    generation: 'bigint',
    revision: 'bigint',
    state: 'varchar',
    stateref: 'varchar',
  },
  sql: `
SELECT e.id, e."at", e.kind, e.actor, e.action, e.entity, e.domain, e.product, e.major, e.subscription, e.consumer, e.generation,
  e.revision, coalesce(e.state, d.text) AS state, CASE WHEN d.text IS NULL THEN e.stateref END AS stateref
FROM entries e LEFT JOIN details d ON d.sha256 = e.stateref
WHERE e.kind <> 'event' AND e.revision IS NOT NULL`,
};

/** The columns of each product's tables over time: what a star stood for, and what a name could mean. */
export function productColumns(ladder: ClassificationLadder): AuditView {
  return {
    name: 'product_columns',
    description: 'The columns of each product, and from when to when they were there',
    columns: {
      databasename: 'varchar',
      domain: 'varchar',
      product: 'varchar',
      major: 'integer',
      tablename: 'varchar',
      columnname: 'varchar',
      ispartition: 'boolean',
      isinternal: 'boolean',
      sensitivity: 'integer',
      keysensitivity: 'integer',
      validfrom: 'varchar',
      validto: 'varchar',
    },
    sql: `
WITH revisions AS (
  SELECT domain, product, major, state, "at" AS validfrom,
    lead("at") OVER (PARTITION BY domain, product, major ORDER BY "at", revision) AS validto
  FROM records WHERE entity = 'product'
), tables AS (
  SELECT r.domain, r.product, r.major, r.validfrom, r.validto, t.doc
  FROM revisions r CROSS JOIN UNNEST(${jsonArray('r.state', '$.tables')}) AS t (doc)
), columns AS (
  SELECT t.domain, t.product, t.major, t.validfrom, t.validto, t.doc, c.doc AS columndoc, false AS ispartition
  FROM tables t CROSS JOIN UNNEST(${jsonArray('t.doc', '$.columns')}) AS c (doc)
  UNION ALL
  SELECT t.domain, t.product, t.major, t.validfrom, t.validto, t.doc, c.doc AS columndoc, true AS ispartition
  FROM tables t CROSS JOIN UNNEST(${jsonArray('t.doc', '$.partitionKeys')}) AS c (doc)
), ranked AS (
  SELECT domain, product, major, validfrom, validto, ispartition,
    lower(json_extract_scalar(doc, '$.name')) AS tablename,
    lower(json_extract_scalar(columndoc, '$.name')) AS columnname,
    coalesce(json_extract_scalar(doc, '$.internal'), 'false') = 'true' AS isinternal,
    ${rank("coalesce(json_extract_scalar(columndoc, '$.classification'), json_extract_scalar(doc, '$.defaultClassification'))", ladder)} AS sensitivity
  FROM columns
)
SELECT ${DATABASE} AS databasename, domain, product, major, tablename, columnname, ispartition, isinternal, sensitivity,
  max(CASE WHEN ispartition THEN sensitivity ELSE -1 END) OVER (PARTITION BY domain, product, major, tablename, validfrom) AS keysensitivity,
  validfrom, validto
FROM ranked`,
  };
}

/** Each subscription over time, while what it gave could be there: from its approval until the last of it was read back as gone. */
export function subscriptionsAt(ladder: ClassificationLadder): AuditView {
  return {
    name: 'subscriptions_at',
    description: 'The subscriptions that gave access, and from when to when they did',
    columns: {
      subscription: 'varchar',
      databasename: 'varchar',
      domain: 'varchar',
      product: 'varchar',
      major: 'integer',
      consumer: 'varchar',
      account: 'varchar',
      principals: 'varchar',
      wholeaccount: 'boolean',
      purpose: 'varchar',
      state: 'varchar',
      clearance: 'integer',
      approved: 'varchar',
      expiresat: 'varchar',
      validfrom: 'varchar',
      validto: 'varchar',
    },
    sql: `
WITH revisions AS (
  SELECT subscription, domain, product, major, consumer, state, "at" AS validfrom,
    lead("at") OVER (PARTITION BY subscription ORDER BY "at", revision) AS validto
  FROM records WHERE entity = 'subscription'
)
SELECT subscription, ${DATABASE} AS databasename, domain, product, major, consumer,
  json_extract_scalar(state, '$.account') AS account,
  json_format(json_extract(state, '$.principals')) AS principals,
  coalesce(json_extract_scalar(state, '$.wholeAccount'), 'false') = 'true' AS wholeaccount,
  json_extract_scalar(state, '$.purpose') AS purpose,
  json_extract_scalar(state, '$.state') AS state,
  CASE WHEN json_extract_scalar(state, '$.approved.clearance') IN (${ladder.map(literal).join(', ')})
    THEN ${rank("json_extract_scalar(state, '$.approved.clearance')", ladder)} ELSE -1 END AS clearance,
  json_format(json_extract(state, '$.approved')) AS approved,
  json_extract_scalar(state, '$.expiresAt') AS expiresat, validfrom, validto
FROM revisions
WHERE json_extract_scalar(state, '$.state') IN ('approved', 'active', 'expiring', 'revoking')`,
  };
}

/** The standing entitlements by which an account had a product over time, as they were shared with it. */
export function entitlementsAt(ladder: ClassificationLadder): AuditView {
  return {
    name: 'entitlements_at',
    description: 'The standing entitlements that gave access, and from when to when they did',
    columns: {
      entitlement: 'varchar',
      databasename: 'varchar',
      domain: 'varchar',
      product: 'varchar',
      major: 'integer',
      consumer: 'varchar',
      account: 'varchar',
      grants: 'varchar',
      clearance: 'integer',
      validfrom: 'varchar',
      validto: 'varchar',
    },
    sql: `
WITH given AS (
  SELECT json_extract_scalar(state, '$.id') AS id, max(${rank("json_extract_scalar(state, '$.selector.classification')", ladder)}) AS clearance
  FROM records WHERE entity = 'entitlement' AND state IS NOT NULL GROUP BY json_extract_scalar(state, '$.id')
), revisions AS (
  SELECT domain, product, major, consumer, state, "at" AS validfrom,
    lead("at") OVER (PARTITION BY domain, product, major, consumer ORDER BY "at", revision) AS validto
  FROM records WHERE entity = 'share'
), named AS (
  SELECT r.domain, r.product, r.major, r.consumer, r.state, r.validfrom, r.validto, t.id
  FROM revisions r CROSS JOIN UNNEST(CAST(json_extract(r.state, '$.intent.entitlements') AS ARRAY(varchar))) AS t (id)
)
SELECT n.id AS entitlement, ${DATABASE} AS databasename, n.domain, n.product, n.major, n.consumer,
  json_extract_scalar(n.state, '$.intent.account') AS account, json_format(json_extract(n.state, '$.intent.grants')) AS grants,
  g.clearance, n.validfrom, n.validto
FROM named n JOIN given g ON g.id = n.id`,
  };
}
