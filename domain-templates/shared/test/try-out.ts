import assert from 'node:assert/strict';
import type { DomainMesh } from 'weft/local';

/** The least that a domain does: its products are published, and a consumer finds them. */
export async function tryOut(mesh: DomainMesh): Promise<void> {
  const published = await mesh.publish();
  const { products } = await (await mesh.as('analytics/analyst')).api<{ products: { name: string; domain: string }[] }>(
    {
      method: 'GET',
      path: '/products',
    },
  );
  const found = products.filter(({ domain }) => domain === mesh.domain.name).map(({ name }) => name);
  for (const { name } of published) assert.ok(found.includes(name), `${name} is not found`);
}
