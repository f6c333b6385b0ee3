import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { userError, WeftError } from '#mesh/error.ts';
import type { Connection } from './connection.ts';

/** Asks a Lambda of the caller's own account; what it refuses is thrown as the error that it carries. */
export async function askFunction<T>(connection: Connection, name: string, wish: object): Promise<T> {
  const command = new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(wish)) });
  const answer = await new LambdaClient(connection.client).send(command);
  const text = Buffer.from(answer.Payload ?? []).toString('utf8');
  if (answer.FunctionError !== undefined) {
    throw new WeftError('WEFT-CLI-081', `${name} failed: ${text.slice(0, 300)}`);
  }
  const said = JSON.parse(text) as T & { readonly error?: { code: string; message: string; hint?: string } };
  if (said.error !== undefined) throw userError(said.error.code, said.error.message, { hint: said.error.hint });
  return said;
}
