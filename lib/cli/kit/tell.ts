import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { WeftError } from '#mesh/error.ts';
import type { RowChange } from '#mesh/event/rows.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { domainBusName, ROWS_CHANGED, rowsSource } from '#mesh/topology/names.ts';
import type { Connection } from '../connection.ts';

/** Says on the bus of a product's domain that rows of its first table changed, as a service of the domain does. @throws `WEFT-CLI-087` when the bus does not take it */
export async function tellRows(
  { client, topology }: Connection,
  { domain, name: product, major, tables }: ProductRecord,
  { rows, at }: { readonly rows: readonly RowChange[]; readonly at: number },
): Promise<void> {
  const source = rowsSource(domain);
  const data = { product, major, table: tables[0]?.name, sequence: at, rows };
  const time = new Date(at).toISOString();
  const detail = { specversion: '1.0', id: `${product}@${at}`, source, type: ROWS_CHANGED, time, data };
  const entry = {
    EventBusName: domainBusName(topology.mesh, domain),
    Source: source,
    DetailType: ROWS_CHANGED,
    Detail: JSON.stringify(detail),
  };
  const { Entries } = await new EventBridgeClient(client).send(new PutEventsCommand({ Entries: [entry] }));
  const [refused] = (Entries ?? []).filter(({ ErrorCode }) => ErrorCode !== undefined);
  if (refused === undefined) return;
  throw new WeftError('WEFT-CLI-087', `the bus did not take the changes: ${refused.ErrorMessage}`);
}
