import type { Grant } from '#mesh/access/grant.ts';

/** What the lists of a mesh look like: grants on columns of tables, each to an account that may pass it on. */
export function madeGrants(count: number, change: (index: number) => boolean): Grant[] {
  const names = Array.from({ length: 12 }, (_, index) => `column_${String(index).padStart(2, '0')}`);
  const lists = names.slice(2).map((_, index) => names.slice(0, index + 3));
  const select = ['SELECT'] as const;
  const grants: Grant[] = [];
  for (let index = 0; index < count; index += 1) {
    const table = index % 50;
    const database = Math.floor(index / 50) % 100;
    const account = Math.floor(index / 5_000);
    const columns = lists[(table + (change(index) ? 1 : 0)) % lists.length] as readonly string[];
    grants.push({
      principal: String(200_000_000_000 + account),
      resource: {
        kind: 'columns',
        catalogId: '111111111111',
        database: `domain__product_${database}__v1`,
        table: `table_${table}`,
        columns,
      },
      permissions: select,
      grantable: select,
    });
  }
  return grants;
}
