import { type GlueType, parseGlueType, printGlueType } from './glue-type.ts';
import type { OdcsProperty } from './standard/odcs.ts';

type OdcsType = Pick<OdcsProperty, 'logicalType' | 'physicalType' | 'logicalTypeOptions' | 'items' | 'properties'>;

const SIMPLE: Readonly<Record<string, OdcsType>> = {
  boolean: { logicalType: 'boolean' },
  tinyint: { logicalType: 'integer', logicalTypeOptions: { format: 'i8' } },
  smallint: { logicalType: 'integer', logicalTypeOptions: { format: 'i16' } },
  int: { logicalType: 'integer', logicalTypeOptions: { format: 'i32' } },
  bigint: { logicalType: 'integer', logicalTypeOptions: { format: 'i64' } },
  float: { logicalType: 'number', logicalTypeOptions: { format: 'f32' } },
  double: { logicalType: 'number', logicalTypeOptions: { format: 'f64' } },
  date: { logicalType: 'date' },
  timestamp: { logicalType: 'timestamp' },
};

/**
 * A type of Glue's in ODCS's words. Scalars and maps, for which ODCS has no word, keep Glue's own as `physicalType`; arrays and structs
 * are spelled out. A type that is none of Glue's is a string whose `physicalType` is what was written.
 */
export function fromGlueType(type: string): OdcsType {
  const parsed = parseGlueType(type);
  return parsed === undefined ? { logicalType: 'string', physicalType: type } : odcsOf(parsed);
}

function odcsOf(type: GlueType): OdcsType {
  const physicalType = printGlueType(type);
  switch (type.kind) {
    case 'simple':
      return { logicalType: 'string', ...SIMPLE[type.name], physicalType };
    case 'decimal':
      return { logicalType: 'number', physicalType };
    case 'sized':
      return { logicalType: 'string', physicalType, logicalTypeOptions: { maxLength: type.length } };
    case 'map':
      return { logicalType: 'object', physicalType };
    case 'array':
      return { logicalType: 'array', items: { ...odcsOf(type.element) } };
    case 'struct':
      // A field whose name is no plain word cannot be a property.
      return type.fields.every(({ name }) => /^[a-z0-9_]+$/.test(name))
        ? {
            logicalType: 'object',
            properties: type.fields.map((field) => ({ name: field.name, ...odcsOf(field.type) })),
          }
        : { logicalType: 'object', physicalType };
  }
}
