import assert from 'node:assert/strict';
import type { DomainMesh } from 'weft/local';

/** What an agent sent lands, the table comes about, and a consumer asks. */
export async function tryOut(mesh: DomainMesh): Promise<void> {
  const { name } = mesh.domain;
  await mesh.publish();
  await mesh.land('sample/sent', 'machine-readings/');
  await mesh.settle();
  await mesh.subscribe(`${name}/machine-readings`, {
    as: 'analytics/analyst',
    purpose: 'how warm the machines are',
    clearance: 'internal',
  });
  const table = `${name.replaceAll('-', '_')}__machine_readings__v1.machine_readings`;
  const rows = await mesh.query(
    'analytics/analyst',
    `SELECT machine, count(*) AS readings, max(temperature_c) AS warmest FROM ${table} WHERE site = 'press-line-1' GROUP BY machine ORDER BY machine`,
  );
  assert.deepEqual(rows, [
    { machine: 'press-1', readings: '2', warmest: '62.25' },
    { machine: 'press-2', readings: '1', warmest: null },
  ]);
}
