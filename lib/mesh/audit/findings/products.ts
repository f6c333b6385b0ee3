import type { Asked, Finding } from './finding.ts';
import { LOOK_BACK_DAYS } from './finding.ts';
import { elements, latest, member } from './relations.ts';

/** From this share of common columns on, two products are taken for the same thing. */
const ALIKE = 0.8;

/** Something is the matter with a product itself. */
export const PRODUCT_FINDINGS: readonly Finding[] = [
  {
    id: 'products-without-owner',
    title: 'Products without owner',
    why: 'nobody answers for the product: nobody approves, certifies or repairs it',
    severity: 'medium',
    sql: withoutOwner,
  },
  {
    id: 'unused-products',
    title: `Products that nobody read in ${LOOK_BACK_DAYS} days`,
    why: 'a product that nobody reads costs and may leak: deprecate it, or find out why',
    severity: 'low',
    sql: unusedProducts,
  },
  {
    id: 'stale-products',
    title: 'Products whose data is older than promised',
    why: 'whoever decides by this data decides by what was',
    severity: 'low',
    sql: staleProducts,
  },
  {
    id: 'duplicate-products',
    title: 'Products that look like the same',
    why: 'two sources of one truth drift apart: let one follow the other, or retire it',
    severity: 'low',
    sql: duplicateProducts,
  },
];

/** The products that can be read, at the moment asked. */
function published(asked: Asked): string {
  return `(SELECT p.*, concat(p.domain, '/', p.product, ' v', CAST(p.major AS VARCHAR)) AS name FROM ${latest(asked, 'product')} p WHERE coalesce(${member('state', 'p.state')}, 'active') IN ('active', 'deprecated'))`;
}

function withoutOwner(asked: Asked): string {
  return `WITH products AS ${published(asked)},
left_by AS (
  SELECT p.id, ${member('message', 'd')} AS message, ${member('at', 'd')} AS since
  FROM products p CROSS JOIN ${elements('status.conditions', 'p.state')} AS t(d)
  WHERE ${member('type', 'd')} = 'Owned' AND ${member('status', 'd')} = 'false'
)
SELECT p.name AS subject, coalesce(${member('owner', 'p.state')}, '') AS who, coalesce(l.since, p."at") AS since,
  CASE WHEN p.state IS NULL THEN 'its record is kept apart as a file of its own: it cannot be judged here' ELSE coalesce(l.message, 'no owner is named') END AS detail, p.id AS evidence
FROM products p LEFT JOIN left_by l ON l.id = p.id
WHERE p.state IS NULL OR l.id IS NOT NULL OR trim(coalesce(${member('owner', 'p.state')}, '')) = ''
ORDER BY 3, 1`;
}

function unusedProducts(asked: Asked): string {
  const { database, now, since } = asked;
  return `WITH products AS ${published(asked)},
used AS (
  SELECT r.domain, r.product, r.major, max(r."at") AS newest FROM ${database}.reads r
  WHERE r."at" <= ${now} AND coalesce(r.state, 'SUCCEEDED') = 'SUCCEEDED' GROUP BY r.domain, r.product, r.major
)
SELECT p.name AS subject, coalesce(${member('owner', 'p.state')}, '') AS who, coalesce(u.newest, ${member('createdAt', 'p.state')}) AS since,
  CASE WHEN u.newest IS NULL THEN 'was never read' ELSE concat('last read on ', u.newest) END AS detail, p.id AS evidence
FROM products p LEFT JOIN used u ON u.domain = p.domain AND u.product = p.product AND u.major = p.major
WHERE ${member('createdAt', 'p.state')} <= ${since} AND (u.newest IS NULL OR u.newest <= ${since})
ORDER BY 3, 1`;
}

function staleProducts(asked: Asked): string {
  return `SELECT p.name AS subject, coalesce(${member('owner', 'p.state')}, '') AS who, ${member('at', 'd')} AS since, ${member('message', 'd')} AS detail, p.id AS evidence
FROM ${published(asked)} p CROSS JOIN ${elements('status.conditions', 'p.state')} AS t(d)
WHERE ${member('type', 'd')} = 'Fresh' AND ${member('status', 'd')} = 'false'
ORDER BY 3, 1`;
}

function duplicateProducts(asked: Asked): string {
  return `WITH products AS ${published(asked)},
columns AS (
  SELECT DISTINCT p.id, p.name, p.domain, p.product, p."at", ${member('owner', 'p.state')} AS owner, lower(${member('name', 'c')}) AS column_name
  FROM products p CROSS JOIN ${elements('tables', 'p.state')} AS t(d) CROSS JOIN ${elements('columns', 'd')} AS u(c)
), sizes AS (
  SELECT id, count(*) AS size FROM columns GROUP BY id
), pairs AS (
  SELECT a.id AS one_id, b.id AS other_id, max(a.name) AS one, max(b.name) AS other, max(a.owner) AS one_owner, max(b.owner) AS other_owner, max(greatest(a."at", b."at")) AS since, count(*) AS common
  FROM columns a JOIN columns b ON a.column_name = b.column_name AND concat(a.domain, '/', a.product) < concat(b.domain, '/', b.product)
  GROUP BY a.id, b.id
)
SELECT concat(one, ' and ', other) AS subject, concat(coalesce(one_owner, ''), ', ', coalesce(other_owner, '')) AS who, since,
  concat(CAST(common AS VARCHAR), ' columns have the same names') AS detail, concat(one_id, ' ', other_id) AS evidence
FROM pairs JOIN sizes x ON x.id = one_id JOIN sizes y ON y.id = other_id
WHERE common >= 3 AND CAST(common AS DOUBLE) >= ${ALIKE} * CAST(x.size + y.size - common AS DOUBLE)
ORDER BY 3, 1`;
}
