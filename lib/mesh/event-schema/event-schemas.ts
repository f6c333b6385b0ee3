import type { MeshEventType } from '../event/envelope.ts';
import { PRODUCT_ROWS_CHANGED } from '../event/product-event.ts';
import { ROWS_REFUSED } from '../event/rows-refused.ts';
import type { ProductRecord } from '../product/product.ts';
import { ROWS_CHANGED } from '../topology/names.ts';
import {
  placeOf,
  productRowsData,
  REPORT_DATA,
  ROWS_REFUSED_DATA,
  rowSchema,
  rowsChangedData,
} from './domain-events.ts';
import { DIALECT, type JsonSchema, NAME, TEXT, TEXTS } from './json-schema.ts';
import { MESH_EVENTS, meshData } from './mesh-events.ts';

/** Who puts events of a type on which bus. */
export type Channel = 'mesh' | 'reports' | 'rows' | 'products';

/** A type of event with the schema of its CloudEvents envelope. */
export interface EventSchema {
  readonly type: string;
  readonly channel: Channel;
  readonly summary: string;
  readonly schema: JsonSchema;
}

const SOURCES: Readonly<Record<Channel, JsonSchema>> = {
  mesh: { const: 'weft.mesh' },
  reports: { type: 'string', pattern: '^weft\\.domain\\.[a-z0-9-]+$' },
  rows: { type: 'string', pattern: '^weft\\.rows\\.[a-z0-9-]+$' },
  products: { type: 'string', pattern: '^weft\\.product\\.\\d{12}\\.[a-z0-9-]+$' },
};

/** Every type of event there is, by name within its channel. */
export function eventSchemas(): EventSchema[] {
  return [
    ...Object.entries(MESH_EVENTS).map(([type, { summary }]) =>
      eventSchema('mesh', type, summary, meshData(type as MeshEventType)),
    ),
    eventSchema('reports', 'CatalogChanged', "A table of a domain's own catalog changed.", REPORT_DATA.CatalogChanged),
    eventSchema('reports', 'ShareApplied', 'A consumer’s account is as the mesh asked.', REPORT_DATA.ShareApplied),
    eventSchema('reports', 'ShareFailed', 'A consumer’s account is not as the mesh asked.', REPORT_DATA.ShareFailed),
    eventSchema('reports', 'DisposalForeseen', 'What will be past of a table.', REPORT_DATA.DisposalForeseen),
    eventSchema('reports', 'DataRemoved', 'Data was removed; a signed record says which.', REPORT_DATA.DataRemoved),
    eventSchema('reports', 'DisposalHindered', 'Data that is past stays, and why.', REPORT_DATA.DisposalHindered),
    eventSchema('rows', ROWS_CHANGED, "A domain's pipeline says which rows of a product changed.", rowsChangedData()),
    eventSchema('rows', ROWS_REFUSED, 'Rows that changed reached nobody, and why.', ROWS_REFUSED_DATA),
    eventSchema('products', PRODUCT_ROWS_CHANGED, 'Rows changed that a subscription shows.', productRowsData()),
  ];
}

/** The schemas of one product's row events, from the types of its contract: what its pipeline says, and what consumers get of each table. */
export function productSchemas(product: Pick<ProductRecord, 'domain' | 'name' | 'major' | 'tables'>): EventSchema[] {
  return product.tables.flatMap((table): EventSchema[] => {
    const id = `${product.domain}.${product.name}.v${product.major}.${table.name}`;
    const row = rowSchema(table);
    const place = placeOf(product, table.name);
    const said = eventSchema(
      'rows',
      ROWS_CHANGED,
      `Rows of ${table.name} changed.`,
      rowsChangedData(row, place),
      `${id}.${ROWS_CHANGED}`,
    );
    const heard = eventSchema(
      'products',
      PRODUCT_ROWS_CHANGED,
      `Rows of ${table.name} changed that a subscription shows.`,
      productRowsData(row, place),
      `${id}.${PRODUCT_ROWS_CHANGED}`,
    );
    const hidden = table.internal === true;
    return [...(table.view === undefined ? [said] : []), ...(hidden ? [] : [heard])];
  });
}

/** What a domain says has an id of at most 255 characters; the mesh's own are made of names and can be longer. */
function idOf(channel: Channel): JsonSchema {
  return channel === 'reports' || channel === 'rows' ? NAME : { type: 'string', minLength: 1 };
}

function eventSchema(channel: Channel, type: string, summary: string, data: JsonSchema, id = type): EventSchema {
  const properties = (data.properties ?? {}) as Readonly<Record<string, JsonSchema>>;
  return {
    type,
    channel,
    summary,
    schema: {
      $schema: DIALECT,
      $id: `urn:weft:event:${id}`,
      title: type,
      description: summary,
      type: 'object',
      required: ['specversion', 'id', 'source', 'type', 'time', 'data'],
      properties: {
        specversion: { const: '1.0' },
        id: { ...idOf(channel), description: 'The same for a repeated delivery.' },
        source: SOURCES[channel],
        type: { const: type },
        subject: TEXT,
        time: TEXT,
        datacontenttype: { const: 'application/json' },
        data: {
          ...data,
          properties: { ...properties, audience: { ...TEXTS, description: 'The domains that get it.' } },
        },
      },
    },
  };
}
