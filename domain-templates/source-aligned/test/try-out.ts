import assert from 'node:assert/strict';
import type { DomainMesh } from 'weft/local';

/** Files land, the table comes about, and a consumer asks; a row that does not fit the contract is not in it. */
export async function tryOut(mesh: DomainMesh): Promise<void> {
  const { name } = mesh.domain;
  await mesh.publish();
  await mesh.land('sample/orders', 'orders/');
  await mesh.land('sample/orders-json', 'orders-json/');
  await mesh.settle();
  await mesh.subscribe(`${name}/orders`, { as: 'analytics/analyst', purpose: 'orders by day', clearance: 'internal' });
  const table = `${name.replaceAll('-', '_')}__orders__v1.orders`;
  const rows = await mesh.query(
    'analytics/analyst',
    `SELECT order_date, count(*) AS orders, sum(amount) AS amount FROM ${table} GROUP BY order_date ORDER BY order_date`,
  );
  assert.deepEqual(rows, [
    { order_date: '2026-11-02', orders: '3', amount: '281.40' },
    { order_date: '2026-11-03', orders: '2', amount: '83.25' },
    { order_date: '2026-11-04', orders: '1', amount: '64.10' },
  ]);
}
