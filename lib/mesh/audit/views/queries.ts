import type { AuditView } from './view.ts';

/**
 * The executions of Athena with who started them: Athena itself does not keep that, CloudTrail does. One without a principal was told by an account and never
 * seen by CloudTrail.
 * @param within a condition on the days of the trail, which are folders: others are not read
 */
export function queries(within = ''): AuditView {
  return {
    name: 'queries',
    description: 'What was asked of Athena, by whom, and the tables and columns that it reads',
    columns: {
      id: 'varchar',
      account: 'varchar',
      region: 'varchar',
      workgroup: 'varchar',
      principal: 'varchar',
      session: 'varchar',
      submittedat: 'varchar',
      completedat: 'varchar',
      state: 'varchar',
      statementtype: 'varchar',
      sql: 'varchar',
      sqlsha256: 'varchar',
      databasename: 'varchar',
      scannedbytes: 'bigint',
      tables: 'array(row(account varchar, databasename varchar, tablename varchar))',
      columns: 'array(row(databasename varchar, tablename varchar, columnname varchar))',
    },
    sql: `
WITH started AS (
  SELECT recipientaccountid AS account, json_extract_scalar(responseelements, '$.queryExecutionId') AS id,
    max(coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn)) AS principal,
    max(element_at(split(useridentity.principalid, ':'), 2)) AS session
  FROM trail
  WHERE eventsource = 'athena.amazonaws.com' AND eventname = 'StartQueryExecution' AND errorcode IS NULL${within}
  GROUP BY recipientaccountid, json_extract_scalar(responseelements, '$.queryExecutionId')
)
SELECT e.id, e.account, e.region, e.workgroup, s.principal, s.session, e.submittedat, e.completedat, e.state,
  e.statementtype, e.sql, e.sqlsha256, e.databasename, e.scannedbytes, e.tables, e.columns
FROM executions e LEFT JOIN started s ON s.account = e.account AND s.id = e.id`,
  };
}
