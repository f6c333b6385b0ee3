import type { StorageDescriptor } from '@aws-sdk/client-glue';
import { ownMember } from '../../../core/members.ts';
import { QueryFailure } from '../sql/gate.ts';

const HADOOP = 'org.apache.hadoop';
const FORMATS: Readonly<Record<string, readonly [string, string, string]>> = {
  parquet: [
    `${HADOOP}.hive.ql.io.parquet.serde.ParquetHiveSerDe`,
    `${HADOOP}.hive.ql.io.parquet.MapredParquetInputFormat`,
    `${HADOOP}.hive.ql.io.parquet.MapredParquetOutputFormat`,
  ],
  textfile: [
    `${HADOOP}.hive.serde2.lazy.LazySimpleSerDe`,
    `${HADOOP}.mapred.TextInputFormat`,
    `${HADOOP}.hive.ql.io.HiveIgnoreKeyTextOutputFormat`,
  ],
  json: [
    'org.openx.data.jsonserde.JsonSerDe',
    `${HADOOP}.mapred.TextInputFormat`,
    `${HADOOP}.hive.ql.io.HiveIgnoreKeyTextOutputFormat`,
  ],
};

/** How a table of a format is stored. @throws QueryFailure for a format that is not modelled (ORC, Avro). */
export function storedAs(
  format: string,
  columns: readonly { name: string; type: string; comment?: string }[],
  location: string,
  serde?: { library?: string | undefined; parameters?: Readonly<Record<string, string>> },
): StorageDescriptor {
  const known =
    ownMember(FORMATS, format.toLowerCase()) ??
    (/Text/.test(format) || /cloudtrail/i.test(format)
      ? FORMATS.textfile
      : /parquet/i.test(format)
        ? FORMATS.parquet
        : undefined);
  if (known === undefined)
    throw new QueryFailure(`NOT_SUPPORTED: weft local does not write or read tables stored as ${format}`);
  const [library, input, output] = known;
  return {
    Columns: columns.map(({ name, type, comment }) => ({
      Name: name,
      Type: type,
      ...(comment === undefined ? {} : { Comment: comment }),
    })),
    Location: location,
    InputFormat: format.includes('.') ? format : input,
    OutputFormat: output,
    SerdeInfo: {
      SerializationLibrary: serde?.library ?? library,
      Parameters: { 'serialization.format': '1', ...serde?.parameters },
    },
  };
}

/** A column type of a result in Glue's words. */
export function glueTypeOf(duckdb: string): string {
  const array = /^(.*)\[\]$/.exec(duckdb);
  if (array !== null) return `array<${glueTypeOf(array[1] ?? '')}>`;
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(duckdb);
  if (decimal !== null) return `decimal(${decimal[1]},${decimal[2]})`;
  const simple: Readonly<Record<string, string>> = {
    INTEGER: 'int',
    BIGINT: 'bigint',
    HUGEINT: 'bigint',
    UBIGINT: 'bigint',
    SMALLINT: 'smallint',
    TINYINT: 'tinyint',
    DOUBLE: 'double',
    FLOAT: 'float',
    BOOLEAN: 'boolean',
    DATE: 'date',
    TIMESTAMP: 'timestamp',
    BLOB: 'binary',
    VARCHAR: 'string',
    JSON: 'string',
  };
  const found = simple[duckdb];
  if (found === undefined)
    throw new QueryFailure(`NOT_SUPPORTED: weft local cannot store a column of type ${duckdb.toLowerCase()}`);
  return found;
}
