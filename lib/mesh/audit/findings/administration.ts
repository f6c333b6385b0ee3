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

function adminsChanged(asked: Asked): string {
  const { database, mesh, now, since } = asked;
  return `WITH settings AS (
  SELECT t.eventid, t.eventtime, t.recipientaccountid, ${TRAIL_WHO} AS who, ${BY_DEPLOYMENT} AS deployed,
    coalesce(array_join(array_sort(regexp_extract_all(json_format(json_extract(t.requestparameters, '$.dataLakeSettings.dataLakeAdmins')), 'arn:[^"]+')), ', '), '') AS admins
  FROM ${database}.trail t
  WHERE t.eventname = 'PutDataLakeSettings' AND t.errorcode IS NULL AND t.eventtime <= ${now}
), changes AS (
  SELECT s.*, lag(s.admins) OVER (PARTITION BY s.recipientaccountid ORDER BY s.eventtime, s.eventid) AS former FROM settings s
)
SELECT * FROM (
  SELECT concat('account ', recipientaccountid) AS subject, who, eventtime AS since,
    concat('administrators of Lake Formation: ', admins, CASE WHEN former IS NULL THEN '' ELSE concat('; before: ', former) END) AS detail, eventid AS evidence
  FROM changes
  WHERE eventtime > ${since} AND ((former IS NULL AND NOT deployed) OR former <> admins)
  UNION ALL
  SELECT json_extract_scalar(t.requestparameters, '$.roleName') AS subject, ${TRAIL_WHO} AS who, t.eventtime AS since,
    concat(t.eventname, coalesce(concat(' ', json_extract_scalar(t.requestparameters, '$.policyArn')), concat(' ', json_extract_scalar(t.requestparameters, '$.policyName')), '')) AS detail, t.eventid AS evidence
  FROM ${happened(asked, ROLE_CHANGES)} t
  WHERE json_extract_scalar(t.requestparameters, '$.roleName') LIKE '${mesh}-%' AND NOT (${BY_DEPLOYMENT})
) findings
ORDER BY 3, 1`;
}

function logGaps(asked: Asked): string {
  const { database, now } = asked;
  const ours =
    "concat(t.recipientaccountid, coalesce(json_extract_scalar(t.requestparameters, '$.name'), json_extract_scalar(t.requestparameters, '$.trailName'), ''))";
  return `WITH steps AS (
  SELECT ${recordOf('e.id')} AS record, e.id, e."at", e.revision, lag(e.revision) OVER (PARTITION BY ${recordOf('e.id')} ORDER BY e.revision, length(e.id)) AS former
  FROM ${database}.entries e WHERE e.revision IS NOT NULL AND e."at" <= ${now}
), made AS (
  SELECT ${ours} AS trail, t.eventtime FROM ${database}.trail t WHERE t.eventname = 'CreateTrail' AND t.errorcode IS NULL AND t.eventtime <= ${now}
), changes AS (
  SELECT t.eventid, t.eventtime, t.eventname, ${TRAIL_WHO} AS who, ${BY_DEPLOYMENT} AS deployed, ${ours} AS trail,
    coalesce(json_extract_scalar(t.requestparameters, '$.name'), json_extract_scalar(t.requestparameters, '$.trailName'), json_extract_scalar(t.requestparameters, '$.keyId'), '') AS name
  FROM ${happened(asked, TRAIL_CHANGES)} t
)
SELECT * FROM (
  SELECT record AS subject, '' AS who, "at" AS since,
    CASE WHEN former IS NULL THEN concat('begins with revision ', CAST(revision AS VARCHAR), ': what came before is missing')
      ELSE concat('revisions ', CAST(former + 1 AS VARCHAR), ' to ', CAST(revision - 1 AS VARCHAR), ' are missing') END AS detail,
    id AS evidence
  FROM steps WHERE (former IS NULL AND revision > 1) OR revision > former + 1
  UNION ALL
  SELECT c.name AS subject, c.who, c.eventtime AS since, concat(c.eventname, ' changed what is kept') AS detail, c.eventid AS evidence
  FROM changes c LEFT JOIN made m ON m.trail = c.trail
  WHERE NOT (c.deployed AND c.eventname = 'PutEventSelectors' AND m.trail IS NOT NULL AND date_diff('minute', from_iso8601_timestamp(m.eventtime), from_iso8601_timestamp(c.eventtime)) BETWEEN 0 AND 60)
) findings
ORDER BY 3, 1`;
}
