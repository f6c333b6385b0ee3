import { literal } from '../../sql/literal.ts';
import type { AuditView } from './view.ts';

/** Databases of products, as `databaseName` makes them. */
const PRODUCT = '^[a-z0-9_]+__[a-z0-9_]+__v[0-9]+$';

const CONTEXT = "json_extract_scalar(requestparameters, '$.auditContext.additionalAuditContext')";

/**
 * Each time that Lake Formation let somebody read a table of a product: one row for each reader, query and table. The reader's own account tells it; an
 * account that is not watched is told of by the copy that the owner gets. What a view reads as its definer is no read of anybody: whoever reads the view is told.
 * @param within a condition on the days of the trail, which are folders: others are not read
 */
export function dataAccess(accounts: readonly string[], definer: string, within = ''): AuditView {
  return {
    name: 'data_access',
    description: 'Each time that Lake Formation let somebody read a table of a product',
    columns: {
      at: 'varchar',
      account: 'varchar',
      principal: 'varchar',
      session: 'varchar',
      service: 'varchar',
      queryid: 'varchar',
      lfsession: 'varchar',
      databasename: 'varchar',
      tablename: 'varchar',
      day: 'varchar',
    },
    sql: `
WITH vends AS (
  SELECT eventtime, eventid, day, recipientaccountid,
    coalesce(useridentity.accountid, recipientaccountid) AS reader,
    coalesce(json_extract_scalar(additionaleventdata, '$.lakeFormationPrincipal'),
      useridentity.sessioncontext.sessionissuer.arn) AS principal,
    element_at(split(useridentity.principalid, ':'), 2) AS session,
    coalesce(nullif(json_extract_scalar(additionaleventdata, '$.requesterService'), 'UNKNOWN'),
      json_extract_scalar(${CONTEXT}, '$.platformType'), sourceipaddress) AS service,
    json_extract_scalar(additionaleventdata, '$.lakeFormationRoleSessionName') AS lfsession,
    coalesce(regexp_extract(${CONTEXT}, 'queryId: ([0-9a-fA-F-]+)', 1),
      json_extract_scalar(requestparameters, '$.querySessionContext.queryId')) AS queryid,
    lower(regexp_extract(json_extract_scalar(requestparameters, '$.tableArn'), ':table/([^/]+)/([^/]+)$', 1)) AS databasename,
    lower(regexp_extract(json_extract_scalar(requestparameters, '$.tableArn'), ':table/([^/]+)/([^/]+)$', 2)) AS tablename
  FROM trail
  WHERE eventsource = 'lakeformation.amazonaws.com' AND eventname = 'GetDataAccess' AND errorcode IS NULL${within}
)
SELECT min(eventtime) AS "at", reader AS account, max(principal) AS principal, max(session) AS session,
  max(service) AS service, max(queryid) AS queryid, max(lfsession) AS lfsession, databasename, tablename, day
FROM vends
WHERE regexp_like(databasename, '${PRODUCT}')
  AND (recipientaccountid = reader OR reader NOT IN (${accounts.map(literal).join(', ')}))
  AND coalesce(principal, '') <> ${literal(definer)}
GROUP BY reader, coalesce(queryid, eventid), databasename, tablename, day`,
  };
}
