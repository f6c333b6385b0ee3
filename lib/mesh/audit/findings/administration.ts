import { literal } from '../../sql/literal.ts';
import type { Asked, Finding } from './finding.ts';
import { BY_DEPLOYMENT, happened, recordOf, TRAIL_WHO } from './relations.ts';

const ROLE_CHANGES = [
  'AttachRolePolicy',
  'DetachRolePolicy',
  'PutRolePolicy',
  'DeleteRolePolicy',
  'UpdateAssumeRolePolicy',
  'PutRolePermissionsBoundary',
  'DeleteRolePermissionsBoundary',
  'DeleteRole',
];

/** What ends or narrows what CloudTrail keeps, or makes what it kept unreadable. */
const TRAIL_CHANGES = [
  'StopLogging',
  'DeleteTrail',
  'UpdateTrail',
  'PutEventSelectors',
  'PutInsightSelectors',
  'DeregisterOrganizationDelegatedAdmin',
  'ScheduleKeyDeletion',
  'DisableKey',
];

/** For so long a mesh that runs never leaves its account without an event. */
const SILENT_HOURS = 24;

/** Those who administer, and what they did to the trail. */
export const ADMINISTRATION_FINDINGS: readonly Finding[] = [
  {
    id: 'admins-changed',
    title: 'Administrators changed',
    why: 'an administrator of Lake Formation can grant anything to anybody, and a role of the mesh acts in its name: each change past a deployment needs a reason',
    severity: 'high',
    sql: adminsChanged,
  },
  {
    id: 'log-gaps',
    title: 'Gaps in the log',
    why: 'what the trail does not have it cannot tell: whatever happened then is not covered by any report',
    severity: 'high',
    sql: logGaps,
  },
];

/** What a deployment sets first names roles of the mesh only: it is no change, unless somebody else is among them. */
function adminsChanged(asked: Asked): string {
  const { database, mesh, now, since } = asked;
  return `WITH settings AS (
  SELECT t.eventid, t.eventtime, t.recipientaccountid, ${TRAIL_WHO} AS who, ${BY_DEPLOYMENT} AS deployed,
    array_sort(coalesce(regexp_extract_all(json_format(json_extract(t.requestparameters, '$.dataLakeSettings.dataLakeAdmins')), 'arn:[^"]+'), ARRAY[])) AS admins
  FROM ${database}.trail t
  WHERE t.eventname = 'PutDataLakeSettings' AND t.errorcode IS NULL AND t.eventtime <= ${now}
), changes AS (
  SELECT s.eventid, s.eventtime, s.recipientaccountid, s.who, s.deployed, array_join(s.admins, ', ') AS admins,
    any_match(s.admins, a -> NOT regexp_like(a, ':role/(${mesh}|cdk)-')) AS others,
    lag(array_join(s.admins, ', ')) OVER (PARTITION BY s.recipientaccountid ORDER BY s.eventtime, s.eventid) AS former
  FROM settings s
)
SELECT * FROM (
  SELECT concat('account ', recipientaccountid) AS subject, who, eventtime AS since,
    concat('administrators of Lake Formation: ', admins, CASE WHEN former IS NULL THEN '' ELSE concat('; before: ', former) END) AS detail, eventid AS evidence
  FROM changes
  WHERE eventtime > ${since} AND ((former IS NULL AND (others OR NOT deployed)) OR former <> admins)
  UNION ALL
  SELECT json_extract_scalar(t.requestparameters, '$.roleName') AS subject, ${TRAIL_WHO} AS who, t.eventtime AS since,
    concat(t.eventname, coalesce(concat(' ', json_extract_scalar(t.requestparameters, '$.policyArn')), concat(' ', json_extract_scalar(t.requestparameters, '$.policyName')), '')) AS detail, t.eventid AS evidence
  FROM ${happened(asked, ROLE_CHANGES)} t
  WHERE json_extract_scalar(t.requestparameters, '$.roleName') LIKE '${mesh}-%' AND NOT (${BY_DEPLOYMENT})
) findings
ORDER BY 3, 1`;
}

/**
 * What is missing by what is there: revisions of records, and hours of CloudTrail, which a mesh that sweeps never leaves empty for a day. A trail that was stopped
 * need not tell of its own end, so silence counts.
 */
function logGaps(asked: Asked): string {
  const { database, governanceAccount, now, since } = asked;
  // A trail does not tell of its own creation: the first selectors that a deployment gives it belong to that.
  const ours =
    "concat(t.recipientaccountid, coalesce(json_extract_scalar(t.requestparameters, '$.name'), json_extract_scalar(t.requestparameters, '$.trailName'), ''))";
  return `WITH steps AS (
  SELECT ${recordOf('e.id')} AS record, e.id, e."at", e.revision, lag(e.revision) OVER (PARTITION BY ${recordOf('e.id')} ORDER BY e.revision, length(e.id)) AS former
  FROM ${database}.entries e WHERE e.revision IS NOT NULL AND e."at" <= ${now}
), changes AS (
  SELECT t.eventid, t.eventtime, t.eventname, ${TRAIL_WHO} AS who, ${BY_DEPLOYMENT} AS deployed,
    coalesce(json_extract_scalar(t.requestparameters, '$.name'), json_extract_scalar(t.requestparameters, '$.trailName'), json_extract_scalar(t.requestparameters, '$.keyId'), '') AS name,
    row_number() OVER (PARTITION BY t.eventname, ${ours} ORDER BY t.eventtime, t.eventid) AS nth
  FROM ${database}.trail t
  WHERE t.eventname IN (${TRAIL_CHANGES.map(literal).join(', ')}) AND t.errorcode IS NULL AND t.eventtime <= ${now}
), hours AS (
  SELECT max(t.eventtime) AS last, min(t.eventtime) AS first FROM ${database}.trail t
  WHERE t.recipientaccountid = '${governanceAccount}' AND t.eventtime <= ${now} GROUP BY substr(t.eventtime, 1, 13)
), silences AS (
  SELECT h.last AS since, coalesce(lead(h.first) OVER (ORDER BY h.first), ${now}) AS until FROM hours h
)
SELECT * FROM (
  SELECT 'CloudTrail of account ${governanceAccount}' AS subject, '' AS who, since, concat('no event until ', until) AS detail, '' AS evidence
  FROM silences WHERE until > ${since} AND date_diff('hour', from_iso8601_timestamp(since), from_iso8601_timestamp(until)) > ${SILENT_HOURS}
  UNION ALL
  SELECT record AS subject, '' AS who, "at" AS since,
    CASE WHEN former IS NULL THEN concat('begins with revision ', CAST(revision AS VARCHAR), ': what came before is missing')
      ELSE concat('revisions ', CAST(former + 1 AS VARCHAR), ' to ', CAST(revision - 1 AS VARCHAR), ' are missing') END AS detail,
    id AS evidence
  FROM steps WHERE (former IS NULL AND revision > 1) OR revision > former + 1
  UNION ALL
  SELECT c.name AS subject, c.who, c.eventtime AS since, concat(c.eventname, ' changed what is kept') AS detail, c.eventid AS evidence
  FROM changes c
  WHERE c.eventtime > ${since} AND NOT (c.deployed AND c.eventname = 'PutEventSelectors' AND c.nth = 1)
) findings
ORDER BY 3, 1`;
}
