import type { RegistryRecord } from '../../registry.ts';
import { literal } from '../../sql/literal.ts';
import type { Asked } from './finding.ts';

/** States in which a subscription gives access, as SQL. */
export const HOLDING = "('approved', 'active', 'expiring')";

/** The newest state of each record of a kind, as of the moment asked; what was deleted is not there. Events, which have no revision, are no state. */
export function latest({ database, now }: Asked, entity: RegistryRecord['type']): string {
  return `(
    SELECT id, "at", actor, action, domain, product, major, subscription, consumer, revision, state, stateref
    FROM (
      SELECT e.*, row_number() OVER (PARTITION BY ${recordOf('e.id')} ORDER BY e.revision DESC, length(e.id) DESC) AS nth
      FROM ${database}.records e
      WHERE e.entity = '${entity}' AND e."at" <= ${now}
    ) newest
    WHERE nth = 1 AND action <> 'RecordDeleted'
  )`;
}

/** Every state of each record of a kind with the time until the next one. */
export function intervals({ database, now }: Asked, entity: RegistryRecord['type']): string {
  return `(
    SELECT e.*, lead(e."at") OVER (PARTITION BY ${recordOf('e.id')} ORDER BY e.revision, length(e.id)) AS until
    FROM ${database}.records e
    WHERE e.entity = '${entity}' AND e."at" <= ${now}
  )`;
}

/** The record that an entry tells of: its id without the revision. */
export function recordOf(id: string): string {
  return `regexp_replace(${id}, '@[0-9]+(\\.deleted)?$', '')`;
}

/** A member of the state that an entry keeps, as text. */
export function member(path: string, state = 'state'): string {
  return `json_extract_scalar(${state}, '$.${path}')`;
}

/** The elements of a list in JSON, each as JSON. */
export function elements(path: string, state = 'state'): string {
  return `UNNEST(CAST(json_extract(${state}, '$.${path}') AS ARRAY(JSON)))`;
}

/** The role behind an ARN, whatever the session: account and name. */
export function roleOf(arn: string): string {
  const name = `coalesce(regexp_extract(${arn}, ':assumed-role/([^/]+)/', 1), regexp_extract(${arn}, ':role/(?:.*/)?([^/]+)$', 1), ${arn})`;
  return `concat(coalesce(regexp_extract(${arn}, '::([0-9]{12}):', 1), ''), ' ', ${name})`;
}

/** The e-mail address by which a session is named. */
export function personOf(arn: string): string {
  return `lower(regexp_extract(${arn}, '/([^/@ ]+@[^/@ ]+[.][^/@ ]+)$', 1))`;
}

/** Who did something that CloudTrail tells: the session, else the role behind it. */
export const TRAIL_WHO = 't.useridentity.arn';

/** What CloudFormation does in the name of a deployment, which has a review of its own. */
export const BY_DEPLOYMENT = `coalesce(t.useridentity.arn, '') LIKE '%/cdk-%-cfn-exec-role-%'`;

/** The events of CloudTrail that succeeded in the time looked back over. */
export function happened({ database, now, since }: Asked, names: readonly string[]): string {
  return `(
    SELECT t.* FROM ${database}.trail t
    WHERE t.eventname IN (${names.map(literal).join(', ')})
      AND t.errorcode IS NULL AND t.eventtime > ${since} AND t.eventtime <= ${now}
  )`;
}

/** The accounts of the domains that own products, by who published them: the trail knows them, so no query has to be changed for a new domain. */
export function ownersOf({ database, now }: Asked): string {
  return `(
    SELECT e.domain AS name, max(regexp_extract(e.actor, '::([0-9]{12}):', 1)) AS account
    FROM ${database}.entries e
    WHERE e.entity = 'product' AND e.action = 'ProductPublished' AND e.actor LIKE 'arn:%' AND e."at" <= ${now}
    GROUP BY e.domain
  )`;
}
