import { randomUUID } from 'node:crypto';
import {
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { userError } from '#mesh/error.ts';
import type { PolicySet } from '#mesh/policy/policy-sets.ts';
import type { PolicyHead, PolicySetRecord } from '#mesh/policy-set/policy-set.ts';
import type { PolicyStep } from '#mesh/policy-set/transitions.ts';
import { inTodaysFormat, WRITTEN_FORMAT } from '#mesh/registry-format.ts';
import { fromItem, toItem } from './attribute-value.ts';
import { keyOf, POLICY_HEADS, policyPartition, type RegistryKey, sortOf } from './registry-keys.ts';
import { type Patience, persist } from './retry.ts';

/** Every version of every scope's policies, in the registry's table. All reads are consistent. */
export interface PolicyStore {
  /** What each scope has in force and proposed. */
  heads(): Promise<PolicyHead[]>;
  /** One version, without its texts. */
  version(scope: string, digest: string): Promise<PolicySetRecord | undefined>;
  /** Every version of a scope, without its texts, newest first. */
  versions(scope: string): Promise<PolicySetRecord[]>;
  /** One version and its texts by file name, in one read. */
  whole(scope: string, digest: string): Promise<{ record?: PolicySetRecord; files?: PolicySet['files'] }>;
  /**
   * Writes a step of one scope, and the texts of a set that is new, all or nothing.
   * @throws WEFT-REGISTRY-001 when somebody else changed the scope meanwhile.
   */
  write(step: PolicyStep, added?: PolicySet): Promise<void>;
}

/** The type of the item with a version's texts, which is no record of its own. */
const TEXTS = 'policy-files';

const filesKey = (scope: string, digest: string): RegistryKey => ({
  pk: policyPartition(scope),
  sk: `V#${digest}#FILES`,
});

export function createPolicyStore(client: DynamoDBClient, table: string, patience: Patience): PolicyStore {
  const query = async (pk: string, prefix: string): Promise<Record<string, unknown>[]> => {
    const items: Record<string, unknown>[] = [];
    let ExclusiveStartKey: QueryCommandInput['ExclusiveStartKey'];
    do {
      const command = new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: toItem({ ':pk': pk, ':prefix': prefix }),
        ConsistentRead: true,
        ExclusiveStartKey,
      });
      const answer = await persist(() => client.send(command), patience);
      items.push(...(answer.Items ?? []).map((item) => withoutKeys(fromItem(item))));
      ExclusiveStartKey = answer.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return items;
  };
  const isTexts = ({ type }: Record<string, unknown>) => type === TEXTS;
  // A digest is as long as any other, so no key begins with another one's.
  const whole = async (scope: string, digest: string) => {
    const items = await query(policyPartition(scope), `V#${digest}`);
    return {
      record: items.find((item) => !isTexts(item)) as PolicySetRecord | undefined,
      files: items.find(isTexts)?.files as PolicySet['files'] | undefined,
    };
  };
  return {
    async heads() {
      const heads = (await query(POLICY_HEADS, 'SCOPE#')) as unknown as ({ type: string } & PolicyHead)[];
      return heads.map(({ type: _, ...head }) => head);
    },
    version: async (scope, digest) => (await whole(scope, digest)).record,
    async versions(scope) {
      const items = await query(policyPartition(scope), 'V#');
      const versions = items.filter((item) => !isTexts(item)) as unknown as PolicySetRecord[];
      return versions.toSorted((a, b) => (a.change.at < b.change.at ? 1 : -1));
    },
    whole,
    async write({ head, sets }, added) {
      const put = (record: object, revision: number) => ({
        Put: { TableName: table, Item: toItem({ ...record, format: WRITTEN_FORMAT }), ...following(revision) },
      });
      const TransactItems = [
        put({ type: 'policy-head', ...head, pk: POLICY_HEADS, sk: `SCOPE#${head.scope}` }, head.revision),
        ...sets.map((set) => put({ ...set, ...keyOf(set), sort: sortOf(set) }, set.revision)),
        ...(added === undefined
          ? []
          : [{ Put: { TableName: table, Item: toItem({ type: TEXTS, ...filesOf(added) }) } }]),
      ];
      const command = new TransactWriteItemsCommand({ TransactItems, ClientRequestToken: randomUUID() });
      try {
        await persist(() => client.send(command), patience);
      } catch (error) {
        throw refusal(error, head.scope);
      }
    },
  };
}

function filesOf({ scope, digest, files }: PolicySet): object {
  return { ...filesKey(scope, digest), files, format: WRITTEN_FORMAT };
}

/** The first revision must not be there yet, a later one takes the place of the one before. */
function following(revision: number) {
  if (revision === 1) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: '#revision = :revision',
    ExpressionAttributeNames: { '#revision': 'revision' },
    ExpressionAttributeValues: toItem({ ':revision': revision - 1 }),
  };
}

function withoutKeys(stored: Record<string, unknown>): Record<string, unknown> {
  const { pk: _pk, sk: _sk, sort: _sort, ...item } = inTodaysFormat(stored);
  return item;
}

function refusal(error: unknown, scope: string): unknown {
  if (!(error instanceof TransactionCanceledException)) return error;
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
  if (!codes.some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict')) return error;
  return userError('WEFT-REGISTRY-001', `the policies of \`${scope}\` were changed by somebody else meanwhile`, {
    cause: error,
    hint: 'repeat the command',
  });
}
