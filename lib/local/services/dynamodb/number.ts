import { invalid } from './failure.ts';

/** `digits × 10^exponent`, digits without trailing zeros (zero is `0 × 10^0`). */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

const PRECISION = 38;
const LARGEST_EXPONENT = 125;
const SMALLEST_EXPONENT = -130;

/** A number in the one form in which it is stored. @throws AwsError `ValidationException` beyond 38 digits or the range. */
export function normalizeNumber(text: string): string {
  return format(checked(parse(text)));
}

export function compareNumbers(left: string, right: string): number {
  const difference = combine(parse(left), parse(right), -1n).digits;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function addNumbers(left: string, right: string): string {
  return format(checked(combine(parse(left), parse(right), 1n)));
}

export function subtractNumbers(left: string, right: string): string {
  return format(checked(combine(parse(left), parse(right), -1n)));
}

/** A text that sorts as the number does, byte by byte. */
export function sortableNumber(text: string): string {
  const { digits, exponent } = parse(text);
  if (digits === 0n) return '1';
  const negative = digits < 0n;
  const mantissa = (negative ? -digits : digits).toString();
  const magnitude = String(exponent + mantissa.length + 500).padStart(4, '0');
  if (!negative) return `2${magnitude}${mantissa}`;
  return `0${complement(magnitude)}${complement(mantissa)}~`;
}

function complement(digits: string): string {
  return digits.replaceAll(/\d/g, (digit) => String(9 - Number(digit)));
}

function parse(text: string): Decimal {
  const match = typeof text === 'string' ? /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?\s*$/.exec(text) : null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (match === null || whole + fraction === '') {
    throw invalid(
      text === ''
        ? 'The parameter cannot be converted to a numeric value'
        : `The parameter cannot be converted to a numeric value: ${text}`,
    );
  }
  const digits = BigInt(whole + fraction);
  return trimmed(sign === '-' ? -digits : digits, Number(exponent) - fraction.length);
}

function trimmed(digits: bigint, exponent: number): Decimal {
  if (digits === 0n) return { digits, exponent: 0 };
  const text = digits.toString();
  const zeros = text.length - text.replace(/0+$/, '').length;
  return { digits: digits / 10n ** BigInt(zeros), exponent: exponent + zeros };
}

function combine(left: Decimal, right: Decimal, sign: bigint): Decimal {
  const exponent = Math.min(left.exponent, right.exponent);
  const scale = (value: Decimal) => value.digits * 10n ** BigInt(value.exponent - exponent);
  return trimmed(scale(left) + sign * scale(right), exponent);
}

function checked(value: Decimal): Decimal {
  const length = value.digits.toString().replace('-', '').length;
  const magnitude = value.exponent + length - 1;
  if (value.digits !== 0n && magnitude > LARGEST_EXPONENT) {
    throw invalid('Number overflow. Attempting to store a number with magnitude larger than supported range');
  }
  if (value.digits !== 0n && magnitude < SMALLEST_EXPONENT) {
    throw invalid('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  }
  if (length > PRECISION) throw invalid('Attempting to store more than 38 significant digits in a Number');
  return value;
}

function format({ digits, exponent }: Decimal): string {
  const sign = digits < 0n ? '-' : '';
  const text = digits.toString().replace('-', '');
  if (exponent >= 0) return `${sign}${text}${'0'.repeat(exponent)}`;
  const point = text.length + exponent;
  if (point > 0) return `${sign}${text.slice(0, point)}.${text.slice(point)}`;
  return `${sign}0.${'0'.repeat(-point)}${text}`;
}
