import assert from 'node:assert/strict';
import type { DomainMesh } from 'weft/local';

/** The sources are published, the pipeline is given them, the table comes about by itself, and a consumer asks. */
export async function tryOut(mesh: DomainMesh): Promise<void> {
  await mesh.publish();
  await mesh.lend('sample/sources/*');
  const purpose = 'risk of strikes by airport';
  for (const source of ['flight-operations/departures', 'wildlife-safety/strikes'])
    await mesh.subscribe(source, { as: `${mesh.domain.name}/steward`, pipeline: true, purpose });
  await mesh.deliver('flight-operations/departures');
  await mesh.settle();
  await mesh.subscribe(`${mesh.domain.name}/airport-risk`, { as: 'analytics/analyst', purpose: 'where to put fences' });
  const table = `${mesh.domain.name.replaceAll('-', '_')}__airport_risk__v1.airport_risk`;
  const rows = await mesh.query('analytics/analyst', `SELECT * FROM ${table} ORDER BY airport`);
  assert.deepEqual(
    rows.map(({ airport, departures, strikes, strikes_per_1000 }) => [airport, departures, strikes, strikes_per_1000]),
    [
      ['AUS', '40', '0', '0.0'],
      ['DEN', '125', '5', '40.0'],
      ['JFK', '80', '2', '25.0'],
      ['SEA', '55', '1', '18.2'],
    ],
  );
}
