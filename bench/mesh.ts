import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { waitForProduct } from '#cli/wait.ts';
import type { ProductRecord } from '#mesh/product/product.ts';

const OWNER = 'flight-operations';

/** Brings the aviation mesh up in a temporary folder for the time of `work`. */
export async function withMesh<T>(work: (world: World) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
  const { instance, local } = await bringUp({ topology: readMeshFile(undefined, '/'), folder, port: 0 });
  try {
    return await work(new World(instance, local));
  } finally {
    await instance.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The body that publishes a product of `tables` tables with four columns each, one of them confidential when `secret`. */
export function productBody(
  name: string,
  tables: number,
  secret: boolean,
): { product: string; contracts: Record<string, string> } {
  const column = (column: string, type: string, classification: string) =>
    `      - { name: ${column}, logicalType: ${type}, classification: ${classification}, description: Measured. }`;
  const schema = Array.from({ length: tables }, (_, index) =>
    [
      `  - name: ${name.replaceAll('-', '_')}_t${index}`,
      `    physicalName: ${name.replaceAll('-', '_')}_t${index}`,
      '    physicalType: table',
      '    description: Made for a measurement.',
      '    properties:',
      column('id', 'integer', 'public'),
      column('name', 'string', 'public'),
      column('amount', 'number', 'public'),
      column('note', 'string', secret ? 'confidential' : 'public'),
    ].join('\n'),
  );
  const contract = `apiVersion: v3.1.0
kind: DataContract
id: ${name}-contract
name: ${name}
version: 1.0.0
status: active
domain: ${OWNER}
dataProduct: ${name}
servers:
  - { server: lake, type: glue, account: "210000000011", database: flight_operations, location: "s3://aviation-flight-operations-210000000011-us-east-1/${name}/", format: parquet }
schema:
${schema.join('\n')}
`;
  const product = `apiVersion: v1.0.0
kind: DataProduct
id: ${name}-product
name: ${name}
version: 1.0.0
domain: ${OWNER}
status: active
description: { purpose: A product made for a measurement. }
team: { members: [{ username: owner@example.com, role: owner }] }
support: [{ channel: team, url: "mailto:team@example.com" }]
outputPorts:
  - { name: ${name}, type: query, version: 1.0.0, contractId: ${name}-contract }
`;
  return { product, contracts: { [`${name}.odcs.yaml`]: contract } };
}

/** Publishes a product and waits until it is Ready. */
export async function publish(world: World, name: string, tables: number, secret: boolean): Promise<ProductRecord> {
  const producer = await world.as(`${OWNER}/producer`);
  const accepted = await producer.api<{ product: ProductRecord }>({
    method: 'POST',
    path: '/products',
    body: productBody(name, tables, secret),
  });
  return waitForProduct(producer, accepted.product);
}

export const PRODUCT_OWNER = OWNER;
