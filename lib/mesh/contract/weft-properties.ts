/** A custom property of a contract that means something to the mesh. */
export interface WeftProperty {
  /** Where it stands: in the product file, in the contract's schema entry (a table or a view), or in one of its properties. */
  readonly on: 'product' | 'output port' | 'table' | 'view' | 'column' | 'column of a view';
  readonly meaning: string;
  /** What holds without it. */
  readonly otherwise: string;
  /** As it is written, in YAML. */
  readonly example: string;
}

/** Every custom property that is read, by its name; the standards keep all others for you. */
export const WEFT_PROPERTIES: Readonly<Record<string, WeftProperty>> = {
  'weft.title': {
    on: 'product',
    meaning: 'what people call the product',
    otherwise: 'its name',
    example: 'Bird strikes',
  },
  'weft.sunset': {
    on: 'product',
    meaning: 'when a deprecated product ends, ISO 8601',
    otherwise: 'it has no end yet',
    example: '"2030-01-31"',
  },
  'weft.kpis': {
    on: 'product',
    meaning: 'what the owner measures the product by: a list of `name`, `target`, `description`',
    otherwise: 'none',
    example: '[{ name: questions per week, target: "> 20" }]',
  },
  'weft.holdBack': {
    on: 'product',
    meaning: 'consumers are not told of data that breaks a rule of severity `error`, and not before it was measured',
    otherwise: 'what `mesh.yaml` says for all products',
    example: 'true',
  },
  'weft.port': {
    on: 'output port',
    meaning: 'the kind of port: `query`, `event` or `file`',
    otherwise: "the port's `type`, else `query`",
    example: 'file',
  },
  'weft.location': {
    on: 'table',
    meaning: 'the S3 folder of its files, below a bucket of the domain',
    otherwise: "the server's `location` and the table's name",
    example: 's3://sales-210000000011-us-east-1/products/orders/',
  },
  'weft.classification': {
    on: 'table',
    meaning: 'the level of columns that have none of their own, those that come later included',
    otherwise: 'such a column is shown to nobody',
    example: 'internal',
  },
  'weft.delimiter': {
    on: 'table',
    meaning: 'CSV only: the character between values, `\\t` for a tab',
    otherwise: 'a comma',
    example: '";"',
  },
  'weft.quote': {
    on: 'table',
    meaning: 'CSV only: the character around values that hold a delimiter',
    otherwise: 'values are never quoted',
    example: `'"'`,
  },
  'weft.header': {
    on: 'table',
    meaning: 'CSV only: the first line of each file holds names',
    otherwise: 'false',
    example: 'true',
  },
  'weft.derivedFrom': {
    on: 'table',
    meaning: 'what it is made of: products of the mesh as `<domain>/<product>`, or other words',
    otherwise: 'what `transformSourceObjects` of its columns says',
    example: '[flight-operations/flights]',
  },
  'weft.aggregated': {
    on: 'table',
    meaning: 'it holds no rows of what it is made of, only aggregates',
    otherwise: 'false',
    example: 'true',
  },
  'weft.internal': {
    on: 'table',
    meaning: 'no subscriber ever sees it, only views of the product read it',
    otherwise: 'false',
    example: 'true',
  },
  'weft.view': {
    on: 'view',
    meaning: 'the entry is a view of this table of the same product',
    otherwise: 'the entry is a table with files',
    example: 'strikes',
  },
  'weft.mask.key': {
    on: 'view',
    meaning: 'views with the same name here hash the same value alike',
    otherwise: '`1`',
    example: 'customer_hash',
  },
  'weft.column': {
    on: 'column of a view',
    meaning: "the base table's column that it shows",
    otherwise: 'the column of its own name',
    example: 'email',
  },
  'weft.mask': {
    on: 'column of a view',
    meaning: 'how it shows it: `clear`, `null`, `partial` or `hash`',
    otherwise: '`clear`',
    example: 'hash',
  },
  'weft.mask.keep': {
    on: 'column of a view',
    meaning: '`partial` only: how many of the last characters are shown, 1 to 16',
    otherwise: '4',
    example: '2',
  },
  'weft.projection': {
    on: 'column',
    meaning:
      'of a partition key: which values it may have, so that Athena finds partitions by itself: `date` with `from`, `integer` with `from` and `to`, `enum` with `values`, or `injected`',
    otherwise: 'partitions have to be registered',
    example: '{ type: date, from: 2026-01-01 }',
  },
  'weft.personal': {
    on: 'column',
    meaning: 'it tells something of a living person',
    otherwise: 'the tags `pii`, `personal`, `personal-data` or `phi` say the same; else it does not',
    example: 'true',
  },
  'weft.unit': {
    on: 'column',
    meaning: 'the unit of a number',
    otherwise: 'the custom property `unit`, else none',
    example: 'minutes',
  },
  'weft.semantics': {
    on: 'column',
    meaning: 'what kind of thing its values are',
    otherwise: 'the address of its first authoritative definition, else nothing',
    example: 'iata-airport-code',
  },
  'weft.suggested': {
    on: 'column',
    meaning: 'what an import guessed; nothing acts on it, and validation asks until it is gone',
    otherwise: 'nobody guessed anything',
    example: '"email: confidential, personal (by its name)"',
  },
};
