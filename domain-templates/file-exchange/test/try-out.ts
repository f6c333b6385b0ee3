import assert from 'node:assert/strict';
import type { DomainMesh } from 'weft/local';

/** A list lands, the day's snapshot is made, and the partner checks what it takes. */
export async function tryOut(mesh: DomainMesh): Promise<void> {
  const { name } = mesh.domain;
  await mesh.publish();
  await mesh.land('sample/prices', 'prices/');
  await mesh.settle();
  const { partner, folder } = await mesh.exchange('prices');
  const snapshot = await mesh.take(partner, folder);
  assert.deepEqual(snapshot.problems, []);
  assert.equal(snapshot.manifest.product, `${name}/prices`);
  const columns = snapshot.manifest.tables.flatMap((table) => table.columns.map((column) => column.name));
  assert.deepEqual(columns, ['article', 'name', 'price', 'currency', 'valid_from']);
  await assert.rejects(mesh.take('analytics', folder), /AccessDenied/);

  await mesh.subscribe(`${name}/prices`, { as: 'analytics/analyst', purpose: 'margins', clearance: 'internal' });
  const table = `${name.replaceAll('-', '_')}__prices__v1.prices`;
  const rows = await mesh.query('analytics/analyst', `SELECT article, price FROM ${table} ORDER BY article LIMIT 2`);
  assert.deepEqual(rows, [
    { article: 'A-100', price: '12.50' },
    { article: 'A-101', price: '22.00' },
  ]);
}
