import type { ProductRecord, ProductTable } from '../product/product.ts';
import { databaseName, governanceRoleName, maskKeyBucketName, roleArn, viewConnectionName } from '../topology/names.ts';
import type { Topology } from '../topology/topology.ts';
import { type TableInputLike, toTableInput } from './glue-table.ts';
import { isHashing, KEY_COLUMN, viewQuery } from './view-query.ts';

type Product = Pick<ProductRecord, 'domain' | 'name' | 'major' | 'version' | 'tables'>;
type Site = Pick<Topology, 'mesh' | 'region' | 'governanceAccount'>;

/** Every table of a product as the central catalog shall have it: views after the tables that they read. */
export function centralTables(product: Product, site: Site): TableInputLike[] {
  const tables = product.tables.filter(({ view }) => view === undefined);
  const views = product.tables.filter(({ view }) => view !== undefined);
  return [...tables.map((table) => toTableInput(product, table)), ...views.map((view) => toView(product, view, site))];
}

/** The role as which views read their base tables. */
export function viewDefiner({ mesh, governanceAccount }: Site): string {
  return roleArn(governanceAccount, governanceRoleName(mesh, 'view-definer'));
}

/** A key that views of a product hash with: a table of its own that is granted to the definer alone. */
export interface MaskKey {
  readonly bucket: string;
  /** Key of the object that holds it. */
  readonly object: string;
  readonly database: string;
  readonly table: TableInputLike;
}

/** The keys that the product's views hash with. */
export function maskKeys(product: Product, site: Site): MaskKey[] {
  const names = new Set(
    product.tables.filter(isHashing).flatMap(({ view }) => (view === undefined ? [] : view.maskKey)),
  );
  const bucket = maskKeyBucketName(site.mesh, site.governanceAccount, site.region);
  return [...names].sort().map((name) => {
    // All major versions of a product hash alike, so that a consumer that moves up finds its keys again.
    const prefix = `${product.domain}/${product.name}/${name}/`;
    return {
      bucket,
      object: `${prefix}key.json`,
      database: keyDatabase(product),
      table: toTableInput(product, {
        name: keyTable(name),
        description: 'The key that masked columns are hashed with: for the definer of the views alone.',
        columns: [{ name: KEY_COLUMN, type: 'string' }],
        partitionKeys: [],
        location: `s3://${bucket}/${prefix}`,
        format: 'json',
        source: { database: '', table: '' },
      }),
    };
  });
}

/** The database of a product version's keys, beside its own. */
export function keyDatabase(product: Pick<Product, 'domain' | 'name' | 'major'>): string {
  return `${databaseName(product.domain, product.name, product.major)}__keys`;
}

function keyTable(name: string): string {
  return `mask_key_${name}`;
}

function toView(product: Product, table: ProductTable, site: Site): TableInputLike {
  const database = databaseName(product.domain, product.name, product.major);
  const key = { database: keyDatabase(product), table: keyTable(table.view?.maskKey ?? '') };
  const arn = (at: { database: string; table: string }) =>
    `arn:aws:glue:${site.region}:${site.governanceAccount}:table/${at.database}/${at.table}`;
  const base = { database, table: table.view?.table ?? '' };
  const plain = toTableInput(product, table);
  const { classification: _, EXTERNAL: __, 'skip.header.line.count': ___, ...Parameters } = plain.Parameters;
  return {
    ...plain,
    TableType: 'VIRTUAL_VIEW',
    Parameters,
    StorageDescriptor: { Columns: plain.StorageDescriptor.Columns, Location: '' },
    ViewDefinition: {
      Definer: viewDefiner(site),
      IsProtected: true,
      SubObjects: [base, ...(isHashing(table) ? [key] : [])].map(arn),
      Representations: [
        {
          Dialect: 'ATHENA',
          DialectVersion: '3',
          ViewOriginalText: viewQuery(table, { database, key }),
          ValidationConnection: viewConnectionName(site.mesh),
        },
      ],
    },
  };
}
