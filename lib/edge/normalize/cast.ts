import type { GlueType } from '#mesh/contract/types.ts';
import { ownValue } from '#mesh/own-value.ts';
import type { TimeFormat, Value } from './row.ts';

const WHOLE: Readonly<Record<string, bigint>> = {
  tinyint: 2n ** 7n,
  smallint: 2n ** 15n,
  int: 2n ** 31n,
  bigint: 2n ** 63n,
};
const WORDS: Readonly<Record<string, boolean>> = { true: true, false: false, '1': true, '0': false, t: true, f: false };

/**
 * The value as the type wants it in JSON that Athena reads, or undefined when it is none. Nothing is rounded and nothing is cut: what does not
 * fit is not a value of the type. Whole numbers above 2^53 and decimals stay texts, which keep every digit.
 */
export function castTo(type: GlueType, value: unknown, time: TimeFormat): Value | undefined {
  switch (type.kind) {
    case 'simple':
      return simple(type.name, value, time);
    case 'decimal':
      return decimal(value, type.precision, type.scale);
    case 'sized': {
      const text = textOf(value);
      return text !== undefined && [...text].length <= type.length ? text : undefined;
    }
    case 'array':
      return Array.isArray(value) ? all(value.map((item) => castTo(type.element, item, time))) : undefined;
    case 'map':
      return members(value, (_name, member) => castTo(type.value, member, time));
    case 'struct':
      return members(value, (name, member) => {
        const field = type.fields.find((candidate) => candidate.name === name.toLowerCase());
        return field === undefined ? undefined : member === null ? null : castTo(field.type, member, time);
      });
    default:
      return undefined;
  }
}

function simple(name: string, value: unknown, time: TimeFormat): Value | undefined {
  if (name === 'string') return textOf(value);
  if (name === 'boolean') return typeof value === 'boolean' ? value : ownValue(WORDS, String(value).toLowerCase());
  if (name === 'double' || name === 'float') return numberOf(value);
  if (name === 'timestamp') return timestamp(value, time);
  if (name === 'date') return date(value, time);
  if (name === 'binary') return typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value) ? value : undefined;
  const limit = WHOLE[name];
  return limit === undefined ? undefined : whole(value, limit);
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !/^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function whole(value: unknown, limit: bigint): number | string | undefined {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return undefined;
  const text = textOf(value)?.trim() ?? '';
  if (typeof value === 'boolean' || !/^[-+]?\d{1,19}$/.test(text)) return undefined;
  const number = BigInt(text.replace('+', ''));
  if (number < -limit || number >= limit) return undefined;
  return Number.isSafeInteger(Number(number)) ? Number(number) : String(number);
}

function decimal(value: unknown, precision: number, scale: number): string | undefined {
  const text = typeof value === 'boolean' ? '' : (textOf(value)?.trim() ?? '');
  const [, sign, before, after = ''] = /^([-+]?)0*(\d*)(?:\.(\d*))?$/.exec(text) ?? [];
  if (before === undefined || !/\d/.test(text)) return undefined;
  const fraction = after.replace(/0+$/, '');
  if (fraction.length > scale || before.length > precision - scale) return undefined;
  const digits = scale === 0 ? '' : `.${fraction.padEnd(scale, '0')}`;
  return `${sign === '-' ? '-' : ''}${before === '' ? '0' : before}${digits}`;
}

/** `2026-03-01 12:30:00.000`, in UTC: how Athena's readers of JSON take a timestamp. A time without a zone is taken as UTC. */
function timestamp(value: unknown, format: TimeFormat): string | undefined {
  const at = timeOf(value, format);
  return at?.toISOString().replace('T', ' ').replace('Z', '');
}

function date(value: unknown, format: TimeFormat): string | undefined {
  if (typeof value === 'string' && format === 'iso' && /^\d{4}-\d\d-\d\d$/.test(value)) {
    const day = new Date(`${value}T00:00:00Z`);
    return Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== value ? undefined : value;
  }
  return timeOf(value, format)?.toISOString().slice(0, 10);
}

const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|[-+]\d\d(?::?\d\d)?)?$/i;

function timeOf(value: unknown, format: TimeFormat): Date | undefined {
  if (value instanceof Date) return valid(value);
  if (format !== 'iso') {
    const number = numberOf(value);
    return number === undefined ? undefined : valid(new Date(format === 'epoch-s' ? number * 1000 : number));
  }
  const [, day, clock, zone = 'Z'] = ISO.exec(typeof value === 'string' ? value.trim() : '') ?? [];
  if (day === undefined || clock === undefined) return undefined;
  const [, hours, minutes = '00'] = /^([-+]\d\d):?(\d\d)?$/.exec(zone) ?? [];
  const offset = hours === undefined ? 'Z' : `${hours}:${minutes}`;
  // A day that its month does not have would be taken for one of the next month.
  if (date(day, 'iso') === undefined) return undefined;
  return valid(new Date(`${day}T${clock}${offset}`));
}

function valid(date: Date): Date | undefined {
  const year = date.getUTCFullYear();
  return Number.isNaN(date.getTime()) || year < 1 || year > 9999 ? undefined : date;
}

function all(values: readonly (Value | undefined)[]): readonly Value[] | undefined {
  return values.every((value) => value !== undefined) ? (values as readonly Value[]) : undefined;
}

function members(value: unknown, cast: (name: string, member: unknown) => Value | undefined): Value | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value).map(([name, member]) => [name, cast(name, member)] as const);
  return entries.every(([, member]) => member !== undefined)
    ? (Object.fromEntries(entries) as Record<string, Value>)
    : undefined;
}
