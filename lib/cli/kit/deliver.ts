import { randomUUID } from 'node:crypto';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { createBus } from '#aws/eventbridge.ts';
import { realPatience } from '#aws/retry.ts';
import { domainEvent } from '#mesh/event/envelope.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { domainBusName } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Connection } from '../connection.ts';

/** Reports new data of each table of a product on its domain's bus, as the domain's pipeline would. */
export async function putDelivery(
  client: Connection['client'],
  { topology, product, at }: { readonly topology: Topology; readonly product: ProductRecord; readonly at: string },
): Promise<void> {
  const { domain, name, major, tables } = product;
  const run = randomUUID();
  const events = tables
    .filter(({ view }) => view === undefined)
    .map(({ name: table }) => {
      const detail = domainEvent({
        type: 'DataDelivered',
        id: randomUUID(),
        time: at,
        from: domain,
        domain,
        product: name,
        major,
        table,
        at,
        run,
      });
      return { source: detail.source, type: detail.type, detail };
    });
  await createBus(new EventBridgeClient(client), domainBusName(topology.mesh, domain), realPatience).put(events);
}
