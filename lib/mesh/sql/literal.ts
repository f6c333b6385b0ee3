/** Text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** True for types of Glue whose values are text. */
export function isText(type: string): boolean {
  return /^(?:string|(?:var)?char(?:\(\d+\))?)$/i.test(type);
}

const WHOLE = /^(?:tinyint|smallint|int|integer|bigint|long)$/i;
const DECIMAL = /^decimal(?:\(\d+(?:,\s*\d+)?\))?$/i;
const FLOATING = /^(?:float|double|real)$/i;

/** True for types whose values are equal or not: no maps, and nothing that holds one. */
export function isComparable(type: string): boolean {
  return !/[<]/.test(type);
}

/** A value of a type of Glue as an SQL literal of that type; undefined when it is none, or the type has no literals. */
export function typedLiteral(value: string, type: string): string | undefined {
  if (isText(type)) return literal(value);
  if (WHOLE.test(type)) return /^-?\d{1,19}$/.test(value) ? value : undefined;
  if (DECIMAL.test(type)) return /^-?\d{1,38}(?:\.\d{1,38})?$/.test(value) ? cast(value, type) : undefined;
  if (FLOATING.test(type)) return /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(value) ? cast(value, 'double') : undefined;
  if (/^boolean$/i.test(type)) return /^(?:true|false)$/i.test(value) ? value.toLowerCase() : undefined;
  if (/^date$/i.test(type)) return isDay(value) ? `DATE ${literal(value)}` : undefined;
  if (/^timestamp$/i.test(type)) {
    const time = value.replace('T', ' ').replace(/Z$/, '');
    return isTime(time) ? `TIMESTAMP ${literal(time)}` : undefined;
  }
  return undefined;
}

function cast(value: string, type: string): string {
  return `CAST(${literal(value)} AS ${type.toLowerCase()})`;
}

function isDay(value: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

function isTime(value: string): boolean {
  const [day = '', rest] = value.split(' ');
  return isDay(day) && (rest === undefined || /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?$/.test(rest));
}
