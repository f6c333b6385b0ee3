import type { ProductTable, TableFormat } from '../product/product.ts';

/** How Glue says which classes read and write a table's files. */
export interface SerDe {
  readonly InputFormat: string;
  readonly OutputFormat: string;
  readonly SerdeInfo: {
    readonly SerializationLibrary: string;
    readonly Parameters?: Readonly<Record<string, string>>;
  };
}

const TEXT_INPUT = 'org.apache.hadoop.mapred.TextInputFormat';
const TEXT_OUTPUT = 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat';
const LAZY_SIMPLE = 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe';
const OPEN_CSV = 'org.apache.hadoop.hive.serde2.OpenCSVSerde';

const LIBRARIES: readonly (readonly [TableFormat, string])[] = [
  ['parquet', 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'],
  ['orc', 'org.apache.hadoop.hive.ql.io.orc.OrcSerde'],
  ['avro', 'org.apache.hadoop.hive.serde2.avro.AvroSerDe'],
  ['json', 'org.openx.data.jsonserde.JsonSerDe'],
  ['json', 'org.apache.hive.hcatalog.data.JsonSerDe'],
  ['csv', LAZY_SIMPLE],
  ['csv', OPEN_CSV],
];

const CONTAINERS: Readonly<Record<string, readonly [string, string]>> = {
  parquet: [
    'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  ],
  orc: ['org.apache.hadoop.hive.ql.io.orc.OrcInputFormat', 'org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat'],
  avro: [
    'org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat',
    'org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat',
  ],
};

/** The classes for a table's format. CSV without quotes goes to LazySimpleSerDe, which reads every type; with quotes to OpenCSVSerde. */
export function serdeOf(table: Pick<ProductTable, 'format' | 'delimiter' | 'quote'>): SerDe {
  const [InputFormat, OutputFormat] = CONTAINERS[table.format] ?? [TEXT_INPUT, TEXT_OUTPUT];
  return { InputFormat, OutputFormat, SerdeInfo: serdeInfo(table) };
}

function serdeInfo(table: Pick<ProductTable, 'format' | 'delimiter' | 'quote'>): SerDe['SerdeInfo'] {
  const delimiter = table.delimiter ?? ',';
  if (table.format !== 'csv') {
    const library = LIBRARIES.find(([format]) => format === table.format)?.[1] ?? LAZY_SIMPLE;
    return { SerializationLibrary: library, Parameters: { 'serialization.format': '1' } };
  }
  if (table.quote === undefined) {
    return {
      SerializationLibrary: LAZY_SIMPLE,
      Parameters: { 'field.delim': delimiter, 'serialization.format': delimiter, 'serialization.null.format': '' },
    };
  }
  return { SerializationLibrary: OPEN_CSV, Parameters: { separatorChar: delimiter, quoteChar: table.quote } };
}

/** The format that a SerDe reads, or undefined when it is none of ours. */
export function formatOf(serializationLibrary: string): TableFormat | undefined {
  return LIBRARIES.find(([, library]) => library === serializationLibrary)?.[0];
}
