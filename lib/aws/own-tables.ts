import type { GlueTableLike, TableInputLike } from '#mesh/contract/glue-table.ts';
import type { JsonCall } from './json-call.ts';
import { isNamed } from './retry.ts';

/** The tables of the account's own catalog, for who makes them. */
export interface OwnTables {
  /** The table, or undefined when there is none. */
  table(database: string, name: string): Promise<GlueTableLike | undefined>;
  /** Makes the table; one that is there already stays as it is. */
  create(database: string, input: TableInputLike): Promise<void>;
  /** Writes over the table of that version. @throws ConcurrentModificationException when it has another one. */
  update(database: string, input: TableInputLike, versionId: string | undefined): Promise<void>;
}

/** @param call Glue's JSON protocol */
export function createOwnTables(call: JsonCall): OwnTables {
  return {
    async table(database, name) {
      try {
        const { Table } = (await call('GetTable', { DatabaseName: database, Name: name })) as { Table?: GlueTableLike };
        return Table;
      } catch (error) {
        if (isNamed(error, 'EntityNotFoundException')) return undefined;
        throw error;
      }
    },
    async create(database, TableInput) {
      try {
        await call('CreateTable', { DatabaseName: database, TableInput });
      } catch (error) {
        if (!isNamed(error, 'AlreadyExistsException')) throw error;
      }
    },
    async update(database, TableInput, VersionId) {
      await call('UpdateTable', { DatabaseName: database, TableInput, VersionId, SkipArchive: true });
    },
  };
}
