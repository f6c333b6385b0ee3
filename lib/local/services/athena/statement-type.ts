import type { Statement } from './sql/kinds.ts';

/** `StatementType` and `SubstatementType`, by which clients decide how to read a result. */
export function statementType(statement: Statement): {
  StatementType: 'DDL' | 'DML' | 'UTILITY';
  SubstatementType: string;
} {
  switch (statement.kind) {
    case 'query':
      return { StatementType: 'DML', SubstatementType: 'SELECT' };
    case 'insert':
      return { StatementType: 'DML', SubstatementType: 'INSERT' };
    case 'unload':
      return { StatementType: 'DML', SubstatementType: 'UNLOAD' };
    case 'execute':
      return { StatementType: 'DML', SubstatementType: 'EXECUTE' };
    case 'ctas':
      return { StatementType: 'DDL', SubstatementType: 'CREATE_TABLE_AS_SELECT' };
    case 'createTable':
      return { StatementType: 'DDL', SubstatementType: 'CREATE_TABLE' };
    case 'createView':
      return { StatementType: 'DDL', SubstatementType: 'CREATE_VIEW' };
    case 'createDatabase':
      return { StatementType: 'DDL', SubstatementType: 'CREATE_DATABASE' };
    case 'drop':
      return { StatementType: 'DDL', SubstatementType: `DROP_${statement.what.toUpperCase()}` };
    case 'addColumns':
      return { StatementType: 'DDL', SubstatementType: 'ALTER_TABLE_ADD_COLUMNS' };
    case 'repair':
      return { StatementType: 'DDL', SubstatementType: 'MSCK_REPAIR_TABLE' };
    case 'prepare':
      return { StatementType: 'DDL', SubstatementType: 'PREPARE' };
    case 'deallocate':
      return { StatementType: 'DDL', SubstatementType: 'DEALLOCATE_PREPARE' };
    case 'explain':
      return { StatementType: 'UTILITY', SubstatementType: 'EXPLAIN' };
    case 'describe':
      return { StatementType: 'UTILITY', SubstatementType: 'DESCRIBE_TABLE' };
    case 'show':
      return { StatementType: 'UTILITY', SubstatementType: SHOW[statement.what] };
  }
}

const SHOW = {
  databases: 'SHOW_DATABASES',
  tables: 'SHOW_TABLES',
  views: 'SHOW_VIEWS',
  columns: 'SHOW_COLUMNS',
  partitions: 'SHOW_PARTITIONS',
  createTable: 'SHOW_CREATE_TABLE',
  createView: 'SHOW_CREATE_VIEW',
  properties: 'SHOW_TABLE_PROPERTIES',
} as const;
