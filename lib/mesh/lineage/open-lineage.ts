/** The names, addresses and shapes of OpenLineage that the mesh writes and reads; the standard is at https://openlineage.io/docs/spec. */

/** Who wrote an event: a URN and no address, for the mesh of an organization has no home of its own on the web. */
export const PRODUCER = 'urn:weft:lineage';

export const RUN_EVENT = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';

const FACETS = 'https://openlineage.io/spec/facets';

/** The versions of the facets that are written. */
export const FACET_SCHEMAS = {
  schema: `${FACETS}/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet`,
  columnLineage: `${FACETS}/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet`,
  sql: `${FACETS}/1-1-0/SQLJobFacet.json#/$defs/SQLJobFacet`,
  jobType: `${FACETS}/2-0-3/JobTypeJobFacet.json#/$defs/JobTypeJobFacet`,
  /** Of our own: the product that a dataset is of, and what could not be told. */
  weft_lineage: 'urn:weft:lineage:facet:1',
} as const;

/** Where a dataset is. */
export interface DatasetId {
  readonly namespace: string;
  readonly name: string;
}

/**
 * A table by the naming convention of OpenLineage: in the Glue catalog of an account, or in a federated catalog of its Athena.
 * `table` is `database.table`, or `catalog.database.table`.
 */
export function datasetId(table: string, site: { readonly account: string; readonly region: string }): DatasetId {
  const parts = table.split('.');
  return parts.length > 2
    ? { namespace: `awsathena://athena.${site.region}.amazonaws.com`, name: table }
    : { namespace: `arn:aws:glue:${site.region}:${site.account}`, name: ['table', ...parts].join('/') };
}

/** The `database.table` of a dataset of a Glue catalog, else its namespace and name; the other way round of `datasetId`. */
export function tableOf({ namespace, name }: DatasetId): string {
  const [, database, table] = /^table\/([^/]+)\/([^/]+)$/.exec(name) ?? [];
  if (namespace.startsWith('arn:aws:glue:') && database !== undefined && table !== undefined) {
    return `${database}.${table}`;
  }
  return namespace.startsWith('awsathena://') ? name : `${namespace}/${name}`;
}

/** A facet with what each has to have. */
export function facet(name: keyof typeof FACET_SCHEMAS, content: object): object {
  return { _producer: PRODUCER, _schemaURL: FACET_SCHEMAS[name], ...content };
}
