import { type GlueType, parseGlueType, printGlueType, sameType } from './glue-type.ts';

/** Each can be read as those that follow it; Athena reads older Parquet and ORC files through the wider type. */
const INTEGERS = ['tinyint', 'smallint', 'int', 'bigint'];

/** True when the types differ and every value of `from` is a value of `to` that Athena can still read, e.g. `int` to `bigint`. */
export function isWidening(from: string, to: string): boolean {
  const narrow = parseGlueType(from);
  const wide = parseGlueType(to);
  return narrow !== undefined && wide !== undefined && !sameType(from, to) && covers(wide, narrow);
}

function covers(wide: GlueType, narrow: GlueType): boolean {
  if (printGlueType(wide) === printGlueType(narrow)) return true;
  if (wide.kind === 'decimal' && narrow.kind === 'decimal') {
    return wide.scale >= narrow.scale && wide.precision - wide.scale >= narrow.precision - narrow.scale;
  }
  if (wide.kind === 'array' && narrow.kind === 'array') return covers(wide.element, narrow.element);
  if (wide.kind === 'map' && narrow.kind === 'map') {
    return covers(wide.key, narrow.key) && covers(wide.value, narrow.value);
  }
  if (wide.kind === 'struct' && narrow.kind === 'struct') {
    return narrow.fields.every((field, index) => {
      const match = wide.fields[index];
      return match !== undefined && match.name === field.name && covers(match.type, field.type);
    });
  }
  if (narrow.kind === 'sized') {
    if (wide.kind === 'simple') return wide.name === 'string';
    return wide.kind === 'sized' && wide.name === 'varchar' && wide.length >= narrow.length;
  }
  if (wide.kind === 'simple' && narrow.kind === 'simple') {
    if (narrow.name === 'float') return wide.name === 'double';
    const position = INTEGERS.indexOf(narrow.name);
    return position >= 0 && INTEGERS.indexOf(wide.name) > position;
  }
  return false;
}
