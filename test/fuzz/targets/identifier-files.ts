import { stringify } from 'yaml';

/** A product folder with names of somebody's choice. */
export function productModel(chosen: {
  readonly owner: { readonly name: string; readonly account: string };
  readonly bucket: string;
  readonly name: string;
  readonly version: string;
  readonly tables: readonly string[];
  readonly columns: readonly string[];
}) {
  const { owner, bucket, name, version, tables, columns } = chosen;
  const product = {
    apiVersion: 'v1.0.0',
    kind: 'DataProduct',
    id: 'p',
    name,
    version,
    status: 'active',
    domain: owner.name,
    description: { purpose: 'to be named' },
    team: { name: 'team', members: [{ username: 'o', role: 'owner' }] },
    outputPorts: [{ name: 'query', type: 'query', version, contractId: 'c' }],
  };
  const contract = {
    apiVersion: 'v3.1.0',
    kind: 'DataContract',
    id: 'c',
    version,
    status: 'active',
    domain: owner.name,
    servers: [
      {
        server: 'lake',
        type: 'glue',
        account: owner.account,
        database: 'd',
        location: `s3://${bucket}/x/`,
        format: 'parquet',
      },
    ],
    schema: tables.map((table) => ({
      name: table,
      properties: columns.map((column) => ({
        name: column,
        logicalType: 'string',
        description: 'd',
        classification: 'public',
      })),
    })),
  };
  return {
    product: { file: 'p.odps.yaml', text: stringify(product) },
    contracts: [{ file: 'c.odcs.yaml', text: stringify(contract) }],
  };
}
