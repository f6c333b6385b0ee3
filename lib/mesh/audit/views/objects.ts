import { literal } from '../../sql/literal.ts';
import type { AuditView } from './view.ts';

/**
 * Each object of the mesh's buckets that somebody fetched. Where Lake Formation let them, its session leads to who asked and to the query; where it did not,
 * the role itself is told, and `vended` is false: somebody read past it.
 */
export function objectReads(mesh: string): AuditView {
  return {
    name: 'object_reads',
    description:
      'Each object that was fetched from the buckets of the mesh, by whom, and whether Lake Formation let them',
    columns: {
      at: 'varchar',
      account: 'varchar',
      principal: 'varchar',
      session: 'varchar',
      vended: 'boolean',
      queryid: 'varchar',
      sourceidentity: 'varchar',
      bucket: 'varchar',
      objectkey: 'varchar',
      day: 'varchar',
    },
    sql: `
WITH objects AS (
  SELECT min(eventtime) AS "at", max(useridentity.accountid) AS account, max(useridentity.sessioncontext.sessionissuer.arn) AS role,
    max(element_at(split(useridentity.principalid, ':'), 2)) AS session,
    max(useridentity.sessioncontext.sourceidentity) AS sourceidentity,
    max(json_extract_scalar(requestparameters, '$.bucketName')) AS bucket,
    max(json_extract_scalar(requestparameters, '$.key')) AS objectkey, day
  FROM trail
  WHERE eventsource = 's3.amazonaws.com' AND eventname = 'GetObject' AND errorcode IS NULL
    AND starts_with(json_extract_scalar(requestparameters, '$.bucketName'), ${literal(`${mesh}-`)})
  GROUP BY coalesce(sharedeventid, eventid), day
), vends AS (
  SELECT json_extract_scalar(additionaleventdata, '$.lakeFormationRoleSessionName') AS lfsession,
    max(json_extract_scalar(additionaleventdata, '$.lakeFormationPrincipal')) AS principal,
    max(useridentity.accountid) AS account, max(element_at(split(useridentity.principalid, ':'), 2)) AS session,
    max(regexp_extract(json_extract_scalar(requestparameters, '$.auditContext.additionalAuditContext'), 'queryId: ([0-9a-fA-F-]+)', 1)) AS queryid
  FROM trail
  WHERE eventsource = 'lakeformation.amazonaws.com' AND eventname = 'GetDataAccess' AND errorcode IS NULL
  GROUP BY json_extract_scalar(additionaleventdata, '$.lakeFormationRoleSessionName')
)
SELECT o."at", coalesce(v.account, o.account) AS account, coalesce(v.principal, o.role) AS principal,
  coalesce(v.session, o.session) AS session, coalesce(starts_with(o.session, 'AWSLF-'), false) AS vended, v.queryid,
  o.sourceidentity, o.bucket, o.objectkey, o.day
FROM objects o LEFT JOIN vends v ON v.lfsession = o.session`,
  };
}
