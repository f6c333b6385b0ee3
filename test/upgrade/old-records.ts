import { readdirSync, readFileSync } from 'node:fs';
import { type AttributeValue, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GOVERNANCE, type World } from '../control/world.ts';

const FOLDER = new URL('./records/', import.meta.url);

/** The versions of which there are records, oldest first: what their own code wrote when it played the life of one product. */
export const VERSIONS: readonly string[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.jsonl'))
  .map((name) => name.replace('.jsonl', ''))
  .sort();

type Item = Record<string, AttributeValue>;

/** The items that a version left in the registry's table, each with its keys. */
export function itemsOf(version: string): Item[] {
  return readFileSync(new URL(`${version}.jsonl`, FOLDER), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Item);
}

/** Puts items into the registry of a world, past everything. */
export async function putItems(world: World, items: readonly Item[]): Promise<void> {
  const client = new DynamoDBClient(world.cloud.clientConfig(`arn:aws:iam::${GOVERNANCE}:role/toy-reconcile`));
  for (const Item of items) await client.send(new PutItemCommand({ TableName: 'registry', Item }));
}
