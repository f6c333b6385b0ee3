import type { QueryResult } from '#aws/athena.ts';
import { WeftError } from '#mesh/error.ts';
import { query } from '../athena.ts';
import type { World } from './world.ts';

export const FLIGHTS = 'flight_operations__flights__v1.flights';
export const AIRPORTS = 'airport_reference__airports__v1.airports';
export const STRIKES = 'wildlife_safety__bird_strikes__v1.bird_strikes';

/** Runs SQL through Athena's API as a principal. */
export async function ask(world: World, principal: string, sql: string): Promise<QueryResult> {
  return query(await world.as(principal), sql, { limit: 1000 });
}

/** The reason for which Athena refuses a query, or undefined when it answers. */
export async function refusal(world: World, principal: string, sql: string): Promise<string | undefined> {
  try {
    await ask(world, principal, sql);
    return undefined;
  } catch (error) {
    if (error instanceof WeftError) return error.message;
    throw error;
  }
}

/** Departures, delays and wildlife strikes of two states, over three products of three domains. */
export const JOIN = `
WITH traffic AS (
  SELECT a.state, count(*) AS departures, round(avg(f.delay), 1) AS mean_delay
  FROM ${FLIGHTS} f JOIN ${AIRPORTS} a ON a.iata = f.origin
  WHERE a.state IN ('TX', 'CA')
  GROUP BY a.state
), strikes AS (
  SELECT CASE origin_state WHEN 'Texas' THEN 'TX' ELSE 'CA' END AS state,
         count(*) AS strikes, sum(CASE WHEN effect <> 'None' THEN 1 ELSE 0 END) AS with_damage
  FROM ${STRIKES}
  GROUP BY 1
)
SELECT t.state, t.departures, t.mean_delay, s.strikes, s.with_damage
FROM traffic t JOIN strikes s ON s.state = t.state
ORDER BY t.state`;

/** Ways to reach a column that is withheld; each must show nothing of it. */
export const ATTEMPTS: readonly { readonly what: string; readonly sql: string }[] = [
  { what: 'by name', sql: `SELECT cost_total FROM ${STRIKES}` },
  { what: 'in a CTE', sql: `WITH c AS (SELECT cost_total FROM ${STRIKES}) SELECT * FROM c` },
  { what: 'in a subquery', sql: `SELECT x FROM (SELECT cost_total AS x FROM ${STRIKES}) t` },
  { what: 'in a UNION', sql: `SELECT 1 AS x UNION ALL SELECT cost_total FROM ${STRIKES}` },
  { what: 'through an alias', sql: `SELECT b.cost_total FROM ${STRIKES} AS b` },
  { what: 'in a predicate', sql: `SELECT count(*) FROM ${STRIKES} WHERE cost_total > 100000` },
  { what: 'in ORDER BY', sql: `SELECT operator FROM ${STRIKES} ORDER BY cost_total DESC LIMIT 1` },
];
