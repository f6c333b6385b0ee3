import { type GlueType, parseGlueType } from '../contract/glue-type.ts';
import { VALUE_PATTERNS, WHOLE_NUMBERS } from '../event/row-values.ts';
import type { JsonSchema } from './json-schema.ts';

/** What a value of a Glue type is in JSON; null is a value of each. Text for what is no type of Glue's. */
export function valueSchema(type: string): JsonSchema {
  const parsed = parseGlueType(type);
  return parsed === undefined ? {} : orNull(schemaOf(parsed));
}

function schemaOf(type: GlueType): JsonSchema {
  switch (type.kind) {
    case 'simple':
      return simple(type.name);
    case 'sized':
      return { type: 'string', maxLength: type.length };
    case 'decimal':
      return { anyOf: [{ type: 'string', pattern: VALUE_PATTERNS.decimal }, { type: 'number' }] };
    case 'array':
      return { type: 'array', items: orNull(schemaOf(type.element)) };
    case 'map':
      return { type: 'object', additionalProperties: orNull(schemaOf(type.value)) };
    case 'struct':
      return {
        type: 'object',
        properties: Object.fromEntries(type.fields.map((field) => [field.name, orNull(schemaOf(field.type))])),
        additionalProperties: false,
      };
  }
}

function simple(name: string): JsonSchema {
  const bounds = WHOLE_NUMBERS[name];
  if (bounds !== undefined) {
    const whole = { type: 'integer', minimum: bounds[0], maximum: bounds[1] };
    return name === 'bigint' ? { anyOf: [whole, { type: 'string', pattern: VALUE_PATTERNS.bigint }] } : whole;
  }
  if (name === 'float' || name === 'double') return { type: 'number' };
  if (name === 'boolean') return { type: 'boolean' };
  if (name === 'string') return { type: 'string' };
  return { type: 'string', pattern: VALUE_PATTERNS[name as keyof typeof VALUE_PATTERNS] };
}

function orNull(schema: JsonSchema): JsonSchema {
  if (typeof schema.type === 'string') return { ...schema, type: [schema.type, 'null'] };
  return { anyOf: [...(schema.anyOf as readonly JsonSchema[]), { type: 'null' }] };
}
