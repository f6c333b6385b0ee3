import {
  AddLFTagsToResourceCommand,
  BatchGrantPermissionsCommand,
  type BatchPermissionsRequestEntry,
  BatchRevokePermissionsCommand,
  CreateLFTagCommand,
  GetLFTagCommand,
  GetResourceLFTagsCommand,
  type LakeFormationClient,
  type LFTagPair,
  ListPermissionsCommand,
  type PrincipalResourcePermissions,
  RemoveLFTagsFromResourceCommand,
  type Resource,
  UpdateLFTagCommand,
} from '@aws-sdk/client-lakeformation';
import type { TagGrant, TagGrantChange } from '#mesh/entitlement/tag-grants.ts';
import { type BatchOutcome, sendAll } from './batch.ts';
import { type Failure, isNamed, type Patience, persist, type Symptom } from './retry.ts';

/** What LF-Tags are put on in one catalog. */
export interface TagTarget {
  readonly catalogId: string;
  readonly database: string;
  /** Absent: the database. */
  readonly table?: string;
  /** Absent: the table itself. */
  readonly columns?: readonly string[];
}

/** LF-Tags that were put on a database, on one table of it and on that table's columns: what is inherited is not among them. */
export interface AssignedTags {
  readonly database: Readonly<Record<string, string>>;
  readonly table: Readonly<Record<string, string>>;
  readonly columns: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Lake Formation's LF-Tags, what carries them, and the grants by them. */
export interface LakeFormationTags {
  /** Makes the LF-Tag with these values, or adds those that it lacks; answers true when it wrote. No value is ever taken away: one in use cannot be. */
  ensure(catalogId: string, key: string, values: readonly string[]): Promise<boolean>;
  /** The LF-Tags of a table, its columns and its database; of the database alone without a table. Undefined when it is not there. */
  assigned(catalogId: string, database: string, table?: string): Promise<AssignedTags | undefined>;
  /** Puts a value of each key on the target in the place of the one it has; answers what was refused. */
  assign(target: TagTarget, values: Readonly<Record<string, string>>): Promise<readonly string[]>;
  /** Takes values off the target; what is not on it counts as taken. Answers what was refused. */
  remove(target: TagTarget, values: Readonly<Record<string, string>>): Promise<readonly string[]>;
  /** Every grant by an LF-Tag expression in the caller's own catalog. */
  grants(): Promise<TagGrant[]>;
  /** Applies the changes in order, at most 20 in a call; every entry of each answer is judged. */
  apply(changes: readonly TagGrantChange[], catalogId: string): Promise<BatchOutcome<TagGrantChange>>;
}

/** CreateLFTag and UpdateLFTag take that many values. */
const VALUES = 50;
const ENTRIES = 20;

export function createLakeFormationTags(client: LakeFormationClient, patience: Patience): LakeFormationTags {
  const once = <T>(work: () => Promise<T>): Promise<T> => persist(work, patience);
  const valuesOf = async (CatalogId: string, TagKey: string): Promise<readonly string[] | undefined> => {
    try {
      return (await once(() => client.send(new GetLFTagCommand({ CatalogId, TagKey })))).TagValues ?? [];
    } catch (error) {
      if (isNamed(error, 'EntityNotFoundException')) return undefined;
      throw error;
    }
  };
  return {
    async ensure(CatalogId, TagKey, values) {
      const held = await valuesOf(CatalogId, TagKey);
      const missing = chunks(values.filter((value) => held?.includes(value) !== true));
      if (held === undefined) {
        const command = new CreateLFTagCommand({ CatalogId, TagKey, TagValues: missing.shift() ?? [] });
        await once(() => client.send(command));
      }
      for (const TagValuesToAdd of missing) {
        await once(() => client.send(new UpdateLFTagCommand({ CatalogId, TagKey, TagValuesToAdd })));
      }
      return held === undefined || missing.length > 0;
    },
    async assigned(catalogId, database, table) {
      const command = new GetResourceLFTagsCommand({
        CatalogId: catalogId,
        Resource: toResource({ catalogId, database, ...(table === undefined ? {} : { table }) }),
        ShowAssignedLFTags: true,
      });
      try {
        const answer = await once(() => client.send(command));
        return {
          database: toValues(answer.LFTagOnDatabase),
          table: toValues(answer.LFTagsOnTable),
          columns: Object.fromEntries(
            (answer.LFTagsOnColumns ?? []).map(({ Name = '', LFTags }) => [Name, toValues(LFTags)]),
          ),
        };
      } catch (error) {
        if (isNamed(error, 'EntityNotFoundException')) return undefined;
        throw error;
      }
    },
    async assign(target, values) {
      const LFTags = toPairs(target.catalogId, values);
      const command = new AddLFTagsToResourceCommand({
        CatalogId: target.catalogId,
        Resource: toResource(target),
        LFTags,
      });
      const { Failures = [] } = await once(() => client.send(command));
      return Failures.map(
        ({ LFTag: tag, Error: error }) => `${tag?.TagKey}: ${error?.ErrorCode}: ${error?.ErrorMessage}`,
      );
    },
    async remove(target, values) {
      const LFTags = toPairs(target.catalogId, values);
      const command = new RemoveLFTagsFromResourceCommand({
        CatalogId: target.catalogId,
        Resource: toResource(target),
        LFTags,
      });
      const { Failures = [] } = await once(() => client.send(command));
      return Failures.filter(({ Error: error }) => error?.ErrorCode !== 'EntityNotFoundException').map(
        ({ LFTag: tag, Error: error }) => `${tag?.TagKey}: ${error?.ErrorCode}: ${error?.ErrorMessage}`,
      );
    },
    async grants() {
      const found: PrincipalResourcePermissions[] = [];
      let NextToken: string | undefined;
      do {
        const command = new ListPermissionsCommand({ ResourceType: 'LF_TAG_POLICY', MaxResults: 1000, NextToken });
        const answer = await once(() => client.send(command));
        found.push(...(answer.PrincipalResourcePermissions ?? []));
        NextToken = answer.NextToken;
      } while (NextToken !== undefined && NextToken !== '');
      return found.flatMap(toTagGrant);
    },
    async apply(changes, catalogId) {
      const outcomes: BatchOutcome<TagGrantChange>[] = [];
      for (const kind of ['grant', 'revoke'] as const) {
        const own = changes.filter((change) => change.kind === kind);
        const send = async (group: readonly TagGrantChange[]) => {
          const Entries = group.map(({ grant }, index) => toEntry(grant, catalogId, String(index)));
          const command =
            kind === 'grant'
              ? new BatchGrantPermissionsCommand({ Entries })
              : new BatchRevokePermissionsCommand({ Entries });
          const answer = await once(() => client.send(command as BatchGrantPermissionsCommand));
          return (answer.Failures ?? []).map(({ RequestEntry, Error: error }) => ({
            index: Number(RequestEntry?.Id),
            symptom: { name: error?.ErrorCode ?? 'Unknown', message: error?.ErrorMessage ?? 'no reason was given' },
          }));
        };
        outcomes.push(await sendAll(own, send, { size: ENTRIES, patience, classify: classifyEntry }));
      }
      return {
        done: outcomes.flatMap((outcome) => outcome.done),
        unclear: outcomes.flatMap((outcome) => outcome.unclear),
        failed: outcomes.flatMap((outcome) => outcome.failed),
      };
    },
  };
}

/** A grant over databases lets them be seen, one over tables be read, both to be passed on inside the account. */
function toEntry({ principal, on, expression }: TagGrant, catalogId: string, Id: string): BatchPermissionsRequestEntry {
  const Permissions: BatchPermissionsRequestEntry['Permissions'] =
    on === 'DATABASE' ? ['DESCRIBE'] : ['DESCRIBE', 'SELECT'];
  return {
    Id,
    Principal: { DataLakePrincipalIdentifier: principal },
    Resource: {
      LFTagPolicy: {
        CatalogId: catalogId,
        ResourceType: on,
        Expression: expression.map(({ key, values }) => ({ TagKey: key, TagValues: [...values] })),
      },
    },
    Permissions,
    PermissionsWithGrantOption: Permissions,
  };
}

function toTagGrant({ Principal, Resource }: PrincipalResourcePermissions): TagGrant[] {
  const policy = Resource?.LFTagPolicy;
  const on = policy?.ResourceType;
  if (policy?.Expression === undefined || on === undefined) return [];
  const expression = policy.Expression.map(({ TagKey = '', TagValues = [] }) => ({ key: TagKey, values: TagValues }));
  return [{ principal: Principal?.DataLakePrincipalIdentifier ?? '', on, expression }];
}

function toResource({ catalogId, database, table, columns }: TagTarget): Resource {
  if (table === undefined) return { Database: { CatalogId: catalogId, Name: database } };
  const name = { CatalogId: catalogId, DatabaseName: database, Name: table };
  return columns === undefined ? { Table: name } : { TableWithColumns: { ...name, ColumnNames: [...columns] } };
}

function toPairs(CatalogId: string, values: Readonly<Record<string, string>>): LFTagPair[] {
  return Object.entries(values).map(([TagKey, value]) => ({ CatalogId, TagKey, TagValues: [value] }));
}

function toValues(pairs: readonly LFTagPair[] | undefined): Record<string, string> {
  return Object.fromEntries((pairs ?? []).map(({ TagKey = '', TagValues }) => [TagKey, TagValues?.[0] ?? '']));
}

function chunks(values: readonly string[]): string[][] {
  const count = Math.ceil(values.length / VALUES);
  return Array.from({ length: count }, (_, index) => values.slice(index * VALUES, (index + 1) * VALUES));
}

/** Revoking what is not held, or by values that are gone, is done. */
function classifyEntry(symptom: Symptom, { kind }: TagGrantChange): Failure | 'done' | undefined {
  if (kind === 'grant') return undefined;
  if (/no permissions revoked/i.test(symptom.message)) return 'done';
  return symptom.name === 'EntityNotFoundException' ? 'done' : undefined;
}
