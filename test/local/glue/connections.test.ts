import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateConnectionCommand,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GlueClient,
  UpdateConnectionCommand,
} from '@aws-sdk/client-glue';
import { afterAll, expect, test } from '@jest/globals';
import { Cloud } from '#local/core/cloud.ts';
import { GlueService } from '#local/services/glue/service.ts';

const cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')) });
cloud.register(new GlueService());
const glue = new GlueClient(cloud.clientConfig('arn:aws:iam::111111111111:root'));

afterAll(() => cloud.close());

const input = (workgroup: string, type = 'VIEW_VALIDATION_ATHENA') => ({
  Name: 'views',
  ConnectionType: type as 'JDBC',
  ConnectionProperties: { WORKGROUP_NAME: workgroup } as Record<string, string>,
});

test('a connection is made, read, replaced and deleted', async () => {
  const read = async () => (await glue.send(new GetConnectionCommand({ Name: 'views' }))).Connection;
  await glue.send(new CreateConnectionCommand({ ConnectionInput: input('one') }));
  expect(await read()).toMatchObject({ ConnectionProperties: { WORKGROUP_NAME: 'one' } });
  await expect(glue.send(new CreateConnectionCommand({ ConnectionInput: input('two') }))).rejects.toThrow(/exists/);
  await glue.send(new UpdateConnectionCommand({ Name: 'views', ConnectionInput: input('two') }));
  expect(await read()).toMatchObject({ ConnectionProperties: { WORKGROUP_NAME: 'two' } });
  await glue.send(new DeleteConnectionCommand({ ConnectionName: 'views' }));
  await expect(read()).rejects.toThrow(/not found/);
  await expect(glue.send(new DeleteConnectionCommand({ ConnectionName: 'views' }))).rejects.toThrow(/not found/);
});

test('a connection that reads data is refused by name', async () => {
  await expect(glue.send(new CreateConnectionCommand({ ConnectionInput: input('one', 'JDBC') }))).rejects.toThrow(
    /does not implement/,
  );
});
