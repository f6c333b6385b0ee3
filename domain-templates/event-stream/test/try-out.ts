import assert from 'node:assert/strict';
import type { DomainMesh } from 'weft/local';

/** As long as streams.yaml has events wait for each other. */
const WAIT = 60_000;

/** The service tells its scans, twice as services do; a consumer finds each of them once. */
export async function tryOut(mesh: DomainMesh): Promise<void> {
  const { name } = mesh.domain;
  await mesh.publish();
  await mesh.subscribe(`${name}/shipments`, {
    as: 'analytics/analyst',
    purpose: 'late parcels',
    clearance: 'internal',
  });
  await mesh.tell('shipments', 'sample/scans.jsonl');
  await mesh.tell('shipments', 'sample/scans.jsonl');
  await mesh.pass(WAIT);
  const table = `${name.replaceAll('-', '_')}__shipments__v1.scans`;
  const found = await mesh.query('analytics/analyst', `SELECT scan_id, place FROM ${table} ORDER BY scan_id`);
  assert.deepEqual(found, [
    { scan_id: 's-1', place: 'Hamburg' },
    { scan_id: 's-2', place: 'Hannover' },
    { scan_id: 's-3', place: 'Bremen' },
  ]);
}
