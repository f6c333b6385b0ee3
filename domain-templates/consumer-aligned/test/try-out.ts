import assert from 'node:assert/strict';
import type { DomainMesh } from 'weft/local';

/** The pipeline is given the orders with who made them; who uses the product is told what customers are worth, and not who they are. */
export async function tryOut(mesh: DomainMesh): Promise<void> {
  const { name } = mesh.domain;
  await mesh.publish();
  await mesh.lend('sample/sources/*');
  await mesh.subscribe('sales/orders', {
    as: `${name}/steward`,
    pipeline: true,
    purpose: 'features of customers',
    clearance: 'confidential',
  });
  await mesh.deliver('sales/orders');
  await mesh.settle();
  await mesh.subscribe(`${name}/customer-value`, {
    as: 'analytics/analyst',
    purpose: 'model of customer value',
    clearance: 'internal',
  });
  const database = `${name.replaceAll('-', '_')}__customer_value__v1`;
  const rows = await mesh.query(
    'analytics/analyst',
    `SELECT customer, country, orders, revenue FROM ${database}.customer_value_masked ORDER BY revenue DESC`,
  );
  assert.deepEqual(
    rows.map(({ country, orders, revenue }) => [country, orders, revenue]),
    [
      ['FI', '1', '120.25'],
      ['DE', '3', '110.0'],
      ['FR', '2', '40.0'],
    ],
  );
  for (const { customer } of rows) assert.match(String(customer), /^[0-9a-f]{64}$/);
  await assert.rejects(mesh.query('analytics/analyst', `SELECT customer_email FROM ${database}.customer_value`));
}
