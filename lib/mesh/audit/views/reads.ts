import type { AuditView } from './view.ts';

const HELD = (relation: string) =>
  `${relation}.validfrom <= a."at" AND (${relation}.validto IS NULL OR a."at" < ${relation}.validto)`;

/** Databases of products, as `databaseName` makes them. */
const PRODUCT = '^[a-z0-9_]+__[a-z0-9_]+__v[0-9]+$';

/** Whether a clearance shows a column. */
const CLEARED = (relation: string) =>
  `${relation}.clearance >= pc.sensitivity AND ${relation}.clearance >= pc.keysensitivity AND NOT pc.isinternal`;

/** Whether a subscription shows a column, by the rules by which it was granted. */
const SHOWN = `${CLEARED('s')}
    AND (json_extract(s.approved, '$.tables') IS NULL OR json_array_contains(json_extract(s.approved, '$.tables'), pc.tablename))
    AND (pc.ispartition OR json_extract(s.approved, '$.columns.' || pc.tablename) IS NULL
      OR json_array_contains(json_extract(s.approved, '$.columns.' || pc.tablename), pc.columnname))`;

/**
 * Who read which column of which product, and through which subscription. What Lake Formation let through tells that a table was read, the text of the query which
 * of its columns. Where no text is known, e.g. of another engine than Athena, and where it has a star, the columns are all that the subscription
 * shows. The same where a query names a table that is no product's: it may be a view of the reader's own over the same product. Where the text names none that the registry knew, e.g. one that was added past the mesh, the column is `*`. What no subscription gave and a standing entitlement did is told by `entitlement/<id>`. A query that succeeded is a read although nothing was let through for it: its result was kept from an earlier one.
 */
export const READS: AuditView = {
  name: 'reads',
  description: 'Who read which column of which product, and through which subscription',
  columns: {
    at: 'varchar',
    account: 'varchar',
    principal: 'varchar',
    session: 'varchar',
    service: 'varchar',
    domain: 'varchar',
    product: 'varchar',
    major: 'integer',
    tablename: 'varchar',
    columnname: 'varchar',
    subscription: 'varchar',
    queryid: 'varchar',
    sql: 'varchar',
    scannedbytes: 'bigint',
    state: 'varchar',
    day: 'varchar',
  },
  sql: `
WITH querytables AS (
  SELECT q.id, q.account, q.principal, q.session, q.submittedat, q.state, q.sql, q.scannedbytes,
    split_part(t.name, '|', 1) AS databasename, split_part(t.name, '|', 2) AS tablename,
    transform(filter(q.columns, x -> x.databasename || '|' || x.tablename = t.name), x -> x.columnname)
      || CASE WHEN cardinality(filter(q.tables, x -> NOT regexp_like(x.databasename, '${PRODUCT}'))) > 0
           THEN ARRAY['*'] ELSE CAST(ARRAY[] AS ARRAY(varchar)) END AS columns
  FROM queries q
  CROSS JOIN UNNEST(coalesce(transform(q.tables, x -> x.databasename || '|' || x.tablename), ARRAY['|'])) AS t (name)
), told AS (
  SELECT 1 AS vended, "at", account, principal, session, service, queryid, coalesce(queryid, "at") AS access, databasename,
    tablename, day, CAST(NULL AS varchar) AS sql, CAST(NULL AS bigint) AS scannedbytes, CAST(NULL AS varchar) AS state,
    CAST(NULL AS ARRAY(varchar)) AS columns
  FROM data_access
  UNION ALL
  SELECT 0 AS vended, submittedat AS "at", account, principal, session, 'ATHENA' AS service, id AS queryid, id AS access,
    databasename, tablename, replace(substr(submittedat, 1, 10), '-', '/') AS day, sql, scannedbytes, state, columns
  FROM querytables
), known AS (
  SELECT vended, "at", account, service, queryid, access, databasename, tablename, day, columns,
    coalesce(principal, CASE WHEN queryid IS NOT NULL THEN max(principal) OVER (PARTITION BY account, queryid) END) AS principal,
    coalesce(session, CASE WHEN queryid IS NOT NULL THEN max(session) OVER (PARTITION BY account, queryid) END) AS session,
    max(sql) OVER (PARTITION BY account, queryid) AS sql,
    max(scannedbytes) OVER (PARTITION BY account, queryid) AS scannedbytes,
    max(state) OVER (PARTITION BY account, queryid) AS state
  FROM told
), accessed AS (
  SELECT coalesce(min(CASE WHEN vended = 1 THEN "at" END), min("at")) AS "at", account, principal, max(session) AS session,
    max(service) AS service, max(queryid) AS queryid, access, databasename, tablename, max(day) AS day,
    any_value(columns) AS columns, max(sql) AS sql, max(scannedbytes) AS scannedbytes, max(state) AS state
  FROM known
  WHERE regexp_like(databasename, '${PRODUCT}')
  GROUP BY account, principal, access, databasename, tablename
  HAVING max(vended) = 1 OR max(state) = 'SUCCEEDED'
), picked AS (
  SELECT a."at", a.account, a.principal, a.session, a.service, a.queryid, a.access, a.databasename, a.tablename, a.day, a.sql,
    a.scannedbytes, a.state, c.picked
  FROM accessed a
  CROSS JOIN UNNEST(CASE WHEN a.columns IS NULL THEN ARRAY['*'] WHEN cardinality(a.columns) = 0 THEN ARRAY[CAST(NULL AS varchar)]
    ELSE a.columns || ARRAY['?'] END) AS c (picked)
), found AS (
  SELECT a."at", a.account, a.principal, a.session, a.service, a.queryid, a.access, a.databasename, a.tablename, a.day, a.sql,
    a.scannedbytes, a.state, a.picked, pc.domain, pc.product, pc.major,
    CASE WHEN a.picked = '?' THEN '?' WHEN a.picked IS NOT NULL THEN coalesce(pc.columnname, a.picked) END AS columnname, s.subscription, e.entitlement
  FROM picked a
  LEFT JOIN product_columns pc ON pc.databasename = a.databasename AND pc.tablename = a.tablename AND ${HELD('pc')}
  LEFT JOIN subscriptions_at s ON s.databasename = a.databasename AND s.account = a.account AND ${HELD('s')}
    AND coalesce(a.picked, '') <> '?' AND (s.expiresat IS NULL OR a."at" < s.expiresat)
    AND (s.wholeaccount OR json_array_contains(s.principals, a.principal))
    AND (pc.columnname IS NULL OR (${SHOWN}))
  LEFT JOIN entitlements_at e ON e.databasename = a.databasename AND e.account = a.account AND ${HELD('e')}
    AND coalesce(a.picked, '') <> '?' AND strpos(e.grants, '"' || a.principal || '"') > 0 AND (pc.columnname IS NULL OR (${CLEARED('e')}))
  WHERE pc.columnname IS NULL OR a.picked IS NULL OR a.picked IN ('*', '?') OR a.picked = pc.columnname
), once AS (
  SELECT "at", account, principal, session, service, queryid, access, databasename, tablename, day, columnname,
    max(domain) AS domain, max(product) AS product, max(major) AS major, max(sql) AS sql, max(scannedbytes) AS scannedbytes,
    max(state) AS state, coalesce(min(subscription), 'entitlement/' || min(entitlement)) AS subscription, min(CASE WHEN picked = '*' THEN 1 ELSE 0 END) AS onlystar
  FROM found
  GROUP BY "at", account, principal, session, service, queryid, access, databasename, tablename, day, columnname
), counted AS (
  SELECT *, count(subscription) OVER (PARTITION BY account, principal, access, databasename, tablename) AS given,
    count(*) OVER (PARTITION BY account, principal, access, databasename, tablename) AS told
  FROM once
)
SELECT "at", account, principal, session, service,
  coalesce(domain, split_part(databasename, '__', 1)) AS domain,
  coalesce(product, split_part(databasename, '__', 2)) AS product,
  coalesce(major, TRY_CAST(regexp_extract(databasename, '__v([0-9]+)$', 1) AS integer)) AS major,
  tablename, CASE WHEN columnname = '?' THEN '*' ELSE columnname END AS columnname, subscription, queryid, sql, scannedbytes, state, day
FROM counted
WHERE (onlystar = 0 OR given = 0 OR subscription IS NOT NULL) AND (columnname IS NULL OR columnname <> '?' OR told = 1)`,
};
