import type { Asked, Finding } from './finding.ts';
import { LOOK_BACK_DAYS } from './finding.ts';
import {
  elements,
  HOLDING,
  happened,
  intervals,
  latest,
  member,
  ownersOf,
  personOf,
  roleOf,
  TRAIL_WHO,
} from './relations.ts';

/** Grants of another's making, as drift is called. */
const OPENING = "('PlainGrantBesideFilter', 'OpenToEverybody', 'GrantAdded', 'LocalGrantAdded')";

/** Somebody holds access, read something, or decided about it. */
export const ACCESS_FINDINGS: readonly Finding[] = [
  {
    id: 'unused-access',
    title: `Access never used in ${LOOK_BACK_DAYS} days`,
    why: 'access that nobody needs is only a risk: end it, or let its owner certify it',
    severity: 'medium',
    sql: unusedAccess,
  },
  {
    id: 'past-end',
    title: 'Subscriptions and entitlements past their end',
    why: 'what was agreed has ended, and the mesh has not taken it back',
    severity: 'high',
    sql: pastEnd,
  },
  {
    id: 'grants-without-subscription',
    title: 'Grants without a subscription',
    why: 'somebody was let in past the mesh: nobody approved it and nothing will end it',
    severity: 'high',
    sql: grantsWithoutSubscription,
  },
  {
    id: 'readers-without-grant',
    title: 'Readers without a grant',
    why: 'data was read by somebody for whom no subscription or entitlement was in force',
    severity: 'high',
    sql: readersWithoutGrant,
  },
  {
    id: 'four-eyes-broken',
    title: 'Four eyes that were two',
    why: 'one person both asked and approved, or approved for two: the control did not take place',
    severity: 'high',
    sql: fourEyesBroken,
  },
  {
    id: 'personal-data-without-purpose',
    title: 'Personal data without purpose',
    why: 'personal data may be used for a stated purpose only, and none was stated that says anything',
    severity: 'high',
    sql: personalWithoutPurpose,
  },
];

function unusedAccess(asked: Asked): string {
  const { database, now, since } = asked;
  return `WITH held AS (
  SELECT s.id, s.subscription, s.consumer, ${member('status.activatedAt', 's.state')} AS activated
  FROM ${latest(asked, 'subscription')} s
  WHERE ${member('state', 's.state')} IN ${HOLDING}
), used AS (
  SELECT r.subscription, max(r."at") AS newest FROM ${database}.reads r WHERE r."at" <= ${now} GROUP BY r.subscription
)
SELECT held.subscription AS subject, held.consumer AS who, coalesce(used.newest, held.activated) AS since,
  CASE WHEN used.newest IS NULL THEN concat('never read since it was given on ', held.activated) ELSE concat('last read on ', used.newest) END AS detail,
  held.id AS evidence
FROM held LEFT JOIN used ON used.subscription = held.subscription
WHERE held.activated <= ${since} AND (used.newest IS NULL OR used.newest <= ${since})
ORDER BY 3, 1`;
}

function pastEnd(asked: Asked): string {
  const { now } = asked;
  const ends = `least(coalesce(${member('expiresAt', 's.state')}, '9999'), coalesce(${member('recertifyBy', 's.state')}, '9999'))`;
  return `WITH held AS (
  SELECT s.id, s.subscription AS name, s.consumer AS who, s.state, ${ends} AS ended FROM ${latest(asked, 'subscription')} s
  UNION ALL
  SELECT s.id, ${member('id', 's.state')} AS name, ${member('grantedBy', 's.state')} AS who, s.state, ${ends} AS ended FROM ${latest(asked, 'entitlement')} s
)
SELECT name AS subject, who, ended AS since, concat('still ', ${member('state')}, ' after its end') AS detail, id AS evidence
FROM held
WHERE ${member('state')} IN ('approved', 'active', 'expiring', 'revoking') AND ended <= ${now}
ORDER BY 3, 1`;
}

function grantsWithoutSubscription(asked: Asked): string {
  const { mesh, governanceAccount } = asked;
  const open = `${member('kind', 'd')} IN ${OPENING} AND ${member('repaired', 'd')} IS NULL`;
  const found = (relation: string, path: string) => `
  SELECT concat(r.domain, '/', r.product) AS subject, coalesce(${member('by', 'd')}, 'unknown') AS who, coalesce(${member('since', 'd')}, ${member('at', 'd')}) AS since,
    concat(${member('kind', 'd')}, ': ', ${member('what', 'd')}) AS detail, r.id AS evidence
  FROM ${relation} r CROSS JOIN ${elements(path, 'r.state')} AS t(d)
  WHERE ${open}`;
  return `WITH shares AS (SELECT s.* FROM ${latest(asked, 'share')} s),
held AS (
  SELECT DISTINCT s.domain, s.product, s.major, s.consumer FROM ${latest(asked, 'subscription')} s
  WHERE ${member('state', 's.state')} IN ('approved', 'active', 'expiring', 'revoking')
)
SELECT * FROM (${found(latest(asked, 'product'), 'status.drift')}
  UNION ALL${found('shares', 'drift')}
  UNION ALL
  SELECT concat(s.domain, '/', s.product) AS subject, s.consumer AS who, s."at" AS since,
    'the consumer is granted something, and none of its subscriptions is in force' AS detail, s.id AS evidence
  FROM shares s LEFT JOIN held ON held.domain = s.domain AND held.product = s.product AND held.major = s.major AND held.consumer = s.consumer
  WHERE json_array_length(json_extract(s.state, '$.intent.grants')) > 0
    AND coalesce(json_array_length(json_extract(s.state, '$.intent.entitlements')), 0) = 0 AND held.consumer IS NULL
  UNION ALL
  SELECT regexp_extract(t.requestparameters, '[a-z0-9_]+__[a-z0-9_]+__v[0-9]+') AS subject, ${TRAIL_WHO} AS who, t.eventtime AS since,
    concat(t.eventname, ' on a product by somebody who is no part of the mesh') AS detail, t.eventid AS evidence
  FROM ${happened(asked, ['GrantPermissions', 'BatchGrantPermissions'])} t
  WHERE t.recipientaccountid = '${governanceAccount}'
    AND regexp_like(t.requestparameters, '[a-z0-9_]+__[a-z0-9_]+__v[0-9]+')
    AND NOT regexp_like(coalesce(${TRAIL_WHO}, ''), '(role|assumed-role)/(${mesh}-reconcile|cdk-[a-z0-9]+-cfn-exec-role-)')
) findings
ORDER BY 3, 1`;
}

function readersWithoutGrant(asked: Asked): string {
  const { database, mesh, now, since } = asked;
  const within = (relation: string) =>
    `${relation}."at" <= r."at" AND (${relation}.until IS NULL OR r."at" < ${relation}.until)`;
  return `WITH owners AS ${ownersOf(asked)},
reading AS (
  SELECT coalesce(r.principal, 'unknown') AS principal, r.account, r.domain, r.product, r.tablename, coalesce(r.columnname, '') AS columnname, coalesce(r.subscription, '') AS subscription, r."at", coalesce(r.queryid, '') AS queryid
  FROM ${database}.reads r LEFT JOIN owners ON owners.name = r.domain
  WHERE r."at" > ${since} AND r."at" <= ${now} AND coalesce(r.state, 'SUCCEEDED') = 'SUCCEEDED'
    AND coalesce(owners.account, '') <> r.account
    AND NOT regexp_like(coalesce(r.principal, ''), '/${mesh}-(reconcile|view-definer)(/|$)')
), subscriptions AS (
  SELECT s.subscription, s."at", s.until FROM ${intervals(asked, 'subscription')} s
  WHERE ${member('state', 's.state')} IN ('approved', 'active', 'expiring', 'revoking')
), entitlements AS (
  SELECT ${member('selector.domain', 's.state')} AS domain, ${member('grantee.account', 's.state')} AS account, s."at", s.until FROM ${intervals(asked, 'entitlement')} s
  WHERE ${member('state', 's.state')} IN ('approved', 'active', 'revoking')
), granted AS (
  SELECT DISTINCT r.principal, r.account, r.domain, r.product, r.tablename, r.columnname, r."at", r.queryid
  FROM reading r JOIN subscriptions ON subscriptions.subscription = r.subscription AND ${within('subscriptions')}
  UNION
  SELECT DISTINCT r.principal, r.account, r.domain, r.product, r.tablename, r.columnname, r."at", r.queryid
  FROM reading r JOIN entitlements ON coalesce(entitlements.domain, r.domain) = r.domain AND coalesce(entitlements.account, r.account) = r.account AND ${within('entitlements')}
)
SELECT concat(r.domain, '/', r.product, '.', r.tablename) AS subject, r.principal AS who, max(r."at") AS since,
  concat('read ', CAST(count(DISTINCT r."at") AS VARCHAR), ' times with ', CASE WHEN max(r.subscription) = '' THEN 'no subscription' ELSE concat('subscription ', max(r.subscription), ', which was not in force') END) AS detail,
  max(r.queryid) AS evidence
FROM reading r LEFT JOIN granted g
  ON g.principal = r.principal AND g.account = r.account AND g.domain = r.domain AND g.product = r.product AND g.tablename = r.tablename AND g.columnname = r.columnname AND g."at" = r."at" AND g.queryid = r.queryid
WHERE g.principal IS NULL
GROUP BY r.domain, r.product, r.tablename, r.principal
ORDER BY 3, 1`;
}

function fourEyesBroken(asked: Asked): string {
  const { database, now } = asked;
  const same = `${roleOf('a.one')} = ${roleOf('a.other')} OR ${personOf('a.one')} = ${personOf('a.other')} OR p.person = q.person`;
  return `WITH subscriptions AS (
  SELECT s.* FROM ${latest(asked, 'subscription')} s WHERE json_extract(s.state, '$.approved') IS NOT NULL OR json_extract(s.state, '$.approvals') IS NOT NULL
), approvals AS (
  SELECT s.id, s.subscription, s."at", ${member('requestedBy', 's.state')} AS requestedby, ${member('class', 'd')} AS class, ${member('by', 'd')} AS approver
  FROM subscriptions s CROSS JOIN ${elements('approvals', 's.state')} AS t(d)
), acts AS (
  SELECT id, subscription, "at", requestedby AS one, approver AS other, concat('asked and approved for ', class) AS how FROM approvals
  UNION
  SELECT id, subscription, "at", ${member('requestedBy')} AS one, ${member('decidedBy')} AS other, 'asked and decided' AS how FROM subscriptions
  WHERE json_extract(state, '$.approvals') IS NULL
  UNION
  SELECT x.id, x.subscription, x."at", x.approver AS one, y.approver AS other, concat('approved for ', x.class, ' and for ', y.class) AS how
  FROM approvals x JOIN approvals y ON x.id = y.id AND x.class < y.class
), people AS (
  SELECT ${member('assumedRoleUser.arn', 't.responseelements')} AS session, lower(max(coalesce(${member('sourceIdentity', 't.requestparameters')}, t.useridentity.sessioncontext.sourceidentity))) AS person
  FROM ${database}.trail t
  WHERE t.eventname = 'AssumeRole' AND t.errorcode IS NULL AND t.eventtime <= ${now}
    AND coalesce(${member('sourceIdentity', 't.requestparameters')}, t.useridentity.sessioncontext.sourceidentity) IS NOT NULL
  GROUP BY ${member('assumedRoleUser.arn', 't.responseelements')}
)
SELECT a.subscription AS subject, a.other AS who, a."at" AS since, concat(a.one, ' and ', a.other, ' are one: ', a.how) AS detail, a.id AS evidence
FROM acts a LEFT JOIN people p ON p.session = a.one LEFT JOIN people q ON q.session = a.other
WHERE a.one LIKE 'arn:%' AND a.other LIKE 'arn:%' AND (${same})
ORDER BY 3, 1`;
}

function personalWithoutPurpose(asked: Asked): string {
  return `WITH products AS (
  SELECT p.domain, p.product, p.major, p.state FROM ${latest(asked, 'product')} p
  WHERE p.state IS NULL OR p.state LIKE '%"personal":true%'
), held AS (
  SELECT s.*, trim(coalesce(${member('purpose', 's.state')}, '')) AS purpose FROM ${latest(asked, 'subscription')} s
  WHERE ${member('state', 's.state')} IN ${HOLDING}
)
SELECT held.subscription AS subject, held.consumer AS who, held."at" AS since,
  concat(CASE WHEN products.state IS NULL THEN 'the product may hold personal data (its record is kept apart), and the purpose is "' ELSE 'the product holds personal data, and the purpose is "' END, held.purpose, '"') AS detail,
  held.id AS evidence
FROM held JOIN products ON products.domain = held.domain AND products.product = held.product AND products.major = held.major
WHERE length(held.purpose) < 4 OR regexp_like(lower(held.purpose), '^(none|test|testing|tbd|todo|n/?a|unknown|data|work|misc|other|[^a-z]*)$')
ORDER BY 3, 1`;
}
