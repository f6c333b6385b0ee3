import type { Domain, Topology } from '../topology/topology.ts';
import { fromGlueType } from './from-glue.ts';
import { type GlueTableLike, toCatalogSchema } from './glue-table.ts';
import { projectionIn } from './projection.ts';
import type { OdcsContract, OdcsObject, OdcsProperty } from './standard/odcs.ts';
import type { OdpsProduct } from './standard/odps.ts';
import { suggest } from './suggest.ts';
import { SUGGESTED } from './suggested.ts';

type GlueColumn = NonNullable<GlueTableLike['PartitionKeys']>[number];

/** Both documents of an imported product. */
export interface Imported {
  readonly product: OdpsProduct;
  readonly contract: OdcsContract;
}

/** Some values of columns as text, by the column's name. */
export type Samples = Readonly<Record<string, readonly (string | null)[]>>;

/**
 * The documents of a product with one table, as Glue describes it. What no catalog knows is left for people: no column has a
 * classification, so nobody sees any until the owner says who may. What a column seems to hold is written beside it as a guess.
 */
export function importTable(
  table: GlueTableLike,
  database: string,
  domain: Domain,
  topology: Topology,
  samples: Samples = {},
): Imported {
  const physicalName = (table.Name ?? '').toLowerCase();
  const name = physicalName
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '')
    .slice(0, 48);
  const purpose = table.Description ?? `The table ${physicalName} of ${domain.name}.`;
  const head = { name, version: '1.0.0', domain: domain.name, status: 'active' } as const;
  const contractId = `${topology.mesh}.${domain.name}.${name}.contract`;
  const { location, format } = toCatalogSchema(table);
  const folder = location.endsWith('/') ? location : `${location}/`;
  const parent = folder.endsWith(`/${physicalName}/`) ? folder.slice(0, -physicalName.length - 1) : undefined;
  return {
    product: {
      apiVersion: 'v1.0.0',
      kind: 'DataProduct',
      id: `${topology.mesh}.${domain.name}.${name}`,
      ...head,
      description: { purpose },
      team: { name: domain.name, members: domain.owners.map((username) => ({ username, role: 'owner' })) },
      outputPorts: [{ name: 'tables', type: 'query', version: head.version, contractId }],
    },
    contract: {
      apiVersion: 'v3.1.0',
      kind: 'DataContract',
      id: contractId,
      ...head,
      dataProduct: name,
      description: { purpose },
      servers: [
        { server: 'lake', type: 'glue', account: domain.account, database, location: parent ?? folder, format },
      ],
      schema: [
        schemaOf(table, physicalName, parent === undefined ? folder : undefined, (column) =>
          guess(column, samples, topology),
        ),
      ],
    },
  };
}

function schemaOf(
  table: GlueTableLike,
  physicalName: string,
  location: string | undefined,
  guessOf: (column: GlueColumn) => Pick<OdcsProperty, 'customProperties'>,
): OdcsObject {
  const custom = Object.entries({ 'weft.location': location, ...dialectOf(table) });
  const customProperties = custom.flatMap(([property, value]) => (value === undefined ? [] : [{ property, value }]));
  return {
    name: physicalName,
    physicalName,
    physicalType: 'table',
    ...(table.Description === undefined ? {} : { description: table.Description }),
    ...(customProperties.length === 0 ? {} : { customProperties }),
    properties: [
      ...(table.StorageDescriptor?.Columns ?? []).map((column) => ({ ...propertyOf(column), ...guessOf(column) })),
      ...(table.PartitionKeys ?? []).map((key, index) => ({
        ...propertyOf(key),
        partitioned: true,
        partitionKeyPosition: index + 1,
        ...withProjection(guessOf(key), projectionIn(table.Parameters ?? {}, key.Name ?? '')),
      })),
    ],
  };
}

function withProjection({ customProperties = [] }: Pick<OdcsProperty, 'customProperties'>, value: object | undefined) {
  const all = [...customProperties, ...(value === undefined ? [] : [{ property: 'weft.projection', value }])];
  return all.length === 0 ? {} : { customProperties: all };
}

/** Where nothing is known, nothing is said. */
function guess({ Name = '', Type = '' }: GlueColumn, samples: Samples, topology: Topology) {
  const values = Object.hasOwn(samples, Name) ? (samples[Name] ?? []) : [];
  const found = suggest({ name: Name, type: Type }, values, topology.classification);
  if (found === undefined) return {};
  const { kind, classification, personal, because } = found;
  const value = `${kind}: ${classification}${personal ? ', personal' : ''} (${because})`;
  return { customProperties: [{ property: SUGGESTED, value }] };
}

function propertyOf({ Name = '', Type = '', Comment }: GlueColumn): OdcsProperty {
  return { name: Name, ...fromGlueType(Type), ...(Comment === undefined ? {} : { description: Comment }) };
}

/** How the lines of a CSV table are read; other formats have nothing of the kind. */
function dialectOf(table: GlueTableLike): Readonly<Record<string, string | boolean | undefined>> {
  if (toCatalogSchema(table).format !== 'csv') return {};
  const parameters = table.StorageDescriptor?.SerdeInfo?.Parameters ?? {};
  const library = table.StorageDescriptor?.SerdeInfo?.SerializationLibrary ?? '';
  const quoted = library.endsWith('OpenCSVSerde');
  const delimiter = parameters['field.delim'] ?? parameters.separatorChar;
  return {
    'weft.delimiter': delimiter === '\t' ? '\\t' : delimiter,
    'weft.quote': quoted ? (parameters.quoteChar ?? '"') : undefined,
    'weft.header': table.Parameters?.['skip.header.line.count'] === '1' ? true : undefined,
  };
}
