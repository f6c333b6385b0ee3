import {
  type AthenaClient,
  GetQueryExecutionCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { expect, test } from '@jest/globals';
import { runQuery } from '#aws/athena.ts';

const patience = { sleep: async () => undefined, random: () => 0 };
const request = { sql: 'SELECT 1', workgroup: 'w', token: 't'.repeat(32) };

/** Athena with one query that runs until it is stopped. */
function athena(onLook: (looks: number) => void) {
  const stopped: (string | undefined)[] = [];
  let looks = 0;
  const send = async (command: unknown) => {
    if (command instanceof StartQueryExecutionCommand) return { QueryExecutionId: 'q-1' };
    if (command instanceof StopQueryExecutionCommand) {
      stopped.push(command.input.QueryExecutionId);
      return {};
    }
    if (!(command instanceof GetQueryExecutionCommand)) throw new Error('not asked here');
    looks += 1;
    onLook(looks);
    return { QueryExecution: { Status: { State: stopped.length > 0 ? 'CANCELLED' : 'RUNNING' } } };
  };
  return { client: { send } as unknown as AthenaClient, stopped };
}

test('a query is stopped by its signal, and ends as cancelled', async () => {
  const controller = new AbortController();
  const { client, stopped } = athena((looks) => looks === 3 && controller.abort());
  const query = runQuery(client, { ...request, signal: controller.signal }, patience);
  await expect(query).rejects.toMatchObject({ code: 'WEFT-QUERY-002' });
  expect(stopped).toEqual(['q-1']);
});

test('a signal that came before the query had a name stops it as well', async () => {
  const { client, stopped } = athena(() => undefined);
  const query = runQuery(client, { ...request, signal: AbortSignal.abort() }, patience);
  await expect(query).rejects.toMatchObject({ code: 'WEFT-QUERY-002' });
  expect(stopped).toEqual(['q-1']);
});
