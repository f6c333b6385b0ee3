import { GetTablesCommand, GlueClient } from '@aws-sdk/client-glue';
import { expect, test } from '@jest/globals';
import { column, product, role, subscription, table } from '../mesh/fixtures.ts';
import { createWorld, DATABASE } from './world.ts';

test('an analyst sees the tables of a shared product through the link', async () => {
  const world = await createWorld();
  const record = product([table('t0', [column('id', 'int', 'public')])], { generation: 2 });
  await world.registry.write([
    { record, replaces: undefined },
    {
      record: subscription('finance', { clearance: 'secret' }, { state: 'approved', generation: 2 }),
      replaces: undefined,
    },
  ]);
  await world.settle();
  await world.settle();
  const analyst = new GlueClient(world.cloud.clientConfig(role('finance')));
  const { TableList = [] } = await analyst.send(new GetTablesCommand({ DatabaseName: DATABASE }));
  expect(TableList.map(({ Name }) => Name)).toEqual(['t0']);
});
