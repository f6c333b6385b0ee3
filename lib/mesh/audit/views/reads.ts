import type { AuditView } from './view.ts';

const HELD = (relation: string) =>
  `${relation}.validfrom <= a."at" AND (${relation}.validto IS NULL OR a."at" < ${relation}.validto)`;

/** Whether a subscription shows a column, by the rules by which it was granted. */
const SHOWN = `s.clearance >= pc.sensitivity AND s.clearance >= pc.keysensitivity AND NOT pc.isinternal
    AND (json_extract(s.approved, '$.tables') IS NULL OR json_array_contains(json_extract(s.approved, '$.tables'), pc.tablename))
    AND (pc.ispartition OR json_extract(s.approved, '$.columns.' || pc.tablename) IS NULL
      OR json_array_contains(json_extract(s.approved, '$.columns.' || pc.tablename), pc.columnname))`;

/**
 * Who read which column of which product, and through which subscription. What Lake Formation let through tells that a table was read, the text of the query which
 * of its columns. Where no text is known, e.g. of another engine than Athena, and where it has a star, the columns are all that the subscription
 * shows. A query that succeeded is a read although nothing was let through for it: its result was kept from an earlier one.
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
WITH asked AS (
  SELECT id, account, principal, session, submittedat, state, sql, scannedbytes, tables, columns FROM queries
), readtables AS (
  SELECT q.id, q.account, q.principal, q.session, q.submittedat, q.state,
    split_part(t.name, '|', 1) AS databasename, split_part(t.name, '|', 2) AS tablename
  FROM asked q CROSS JOIN UNNEST(transform(q.tables, x -> x.databasename || '|' || x.tablename)) AS t (name)
), readcolumns AS (
  SELECT q.id, q.account, split_part(t.name, '|', 1) AS databasename, split_part(t.name, '|', 2) AS tablename,
    split_part(t.name, '|', 3) AS columnname
  FROM asked q
  CROSS JOIN UNNEST(transform(q.columns, x -> x.databasename || '|' || x.tablename || '|' || x.columnname)) AS t (name)
), accessed AS (
  SELECT "at", account, principal, session, service, queryid, databasename, tablename, day FROM data_access
  UNION ALL
  SELECT t.submittedat AS "at", t.account, t.principal, t.session, 'ATHENA' AS service, t.id AS queryid, t.databasename,
    t.tablename, replace(substr(t.submittedat, 1, 10), '-', '/') AS day
  FROM readtables t
  LEFT JOIN data_access d ON d.account = t.account AND d.queryid = t.id AND d.databasename = t.databasename
    AND d.tablename = t.tablename
  WHERE d.queryid IS NULL AND t.state = 'SUCCEEDED' AND regexp_like(t.databasename, '^[a-z0-9_]+__[a-z0-9_]+__v[0-9]+$')
), picked AS (
  SELECT a."at", a.account, coalesce(a.principal, q.principal) AS principal, coalesce(a.session, q.session) AS session,
    a.service, a.queryid, a.databasename, a.tablename, a.day, q.sql, q.scannedbytes, q.state,
    CASE WHEN t.tablename IS NULL THEN '*' ELSE c.columnname END AS picked
  FROM accessed a
  LEFT JOIN asked q ON q.account = a.account AND q.id = a.queryid
  LEFT JOIN readtables t ON t.account = a.account AND t.id = a.queryid AND t.databasename = a.databasename
    AND t.tablename = a.tablename
  LEFT JOIN readcolumns c ON c.account = a.account AND c.id = a.queryid AND c.databasename = a.databasename
    AND c.tablename = a.tablename
), knowntables AS (
  SELECT DISTINCT databasename, tablename, domain, product, major, validfrom, validto FROM product_columns
), found AS (
  SELECT a."at", a.account, a.principal, a.session, a.service, a.queryid, a.databasename, a.tablename, a.day, a.sql,
    a.scannedbytes, a.state, a.picked, k.domain, k.product, k.major, coalesce(pc.columnname, a.picked) AS columnname, s.subscription
  FROM picked a
  LEFT JOIN knowntables k ON k.databasename = a.databasename AND k.tablename = a.tablename AND ${HELD('k')}
  LEFT JOIN product_columns pc ON pc.databasename = a.databasename AND pc.tablename = a.tablename AND ${HELD('pc')}
    AND (a.picked = '*' OR a.picked = pc.columnname)
  LEFT JOIN subscriptions_at s ON s.databasename = a.databasename AND s.account = a.account AND ${HELD('s')}
    AND (s.expiresat IS NULL OR a."at" < s.expiresat)
    AND (s.wholeaccount OR json_array_contains(s.principals, a.principal))
    AND (a.picked IS NULL OR pc.columnname IS NULL OR (${SHOWN}))
  WHERE pc.columnname IS NOT NULL OR k.tablename IS NULL OR a.picked IS NULL
), once AS (
  SELECT "at", account, principal, session, service, queryid, databasename, tablename, day, columnname,
    max(domain) AS domain, max(product) AS product, max(major) AS major, max(sql) AS sql, max(scannedbytes) AS scannedbytes,
    max(state) AS state, min(subscription) AS subscription, min(CASE WHEN picked = '*' THEN 1 ELSE 0 END) AS onlystar
  FROM found
  GROUP BY "at", account, principal, session, service, queryid, databasename, tablename, day, columnname
), counted AS (
  SELECT *, count(subscription) OVER (PARTITION BY "at", account, principal, queryid, databasename, tablename) AS given FROM once
)
SELECT "at", account, principal, session, service,
  coalesce(domain, split_part(databasename, '__', 1)) AS domain,
  coalesce(product, split_part(databasename, '__', 2)) AS product,
  coalesce(major, TRY_CAST(regexp_extract(databasename, '__v([0-9]+)$', 1) AS integer)) AS major,
  tablename, columnname, subscription, queryid, sql, scannedbytes, state, day
FROM counted
WHERE onlystar = 0 OR given = 0 OR subscription IS NOT NULL`,
};
