import { PLACES } from './split.ts';

const UNIT = 10n ** BigInt(PLACES);

/** A decimal number as units of 10⁻¹⁰; undefined for what is none. Further digits than that are refused, for they would be lost. */
export function parseAmount(text: string): bigint | undefined {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d{1,15})(?:\.(\d{1,10})0*)?$/.exec(text.trim()) ?? [];
  if (sign === undefined) return undefined;
  const units = BigInt(whole) * UNIT + BigInt(fraction.padEnd(PLACES, '0'));
  return sign === '-' ? -units : units;
}

/** Units of 10⁻¹⁰ as a decimal number, exact, with two places at least. */
export function amountText(units: bigint): string {
  const size = units < 0n ? -units : units;
  const fraction = String(size % UNIT)
    .padStart(PLACES, '0')
    .replace(/0{1,8}$/, '');
  return `${units < 0n ? '-' : ''}${size / UNIT}.${fraction}`;
}

/**
 * Amounts rounded to cents for people, so that they still add up to their rounded sum.
 * @param units of 10⁻¹⁰
 */
export function inCents(amounts: readonly bigint[]): bigint[] {
  const cent = UNIT / 100n;
  const floors = amounts.map((amount) => floorDivide(amount, cent));
  const sum = amounts.reduce((total, amount) => total + amount, 0n);
  const left = floorDivide(sum + cent / 2n, cent) - floors.reduce((total, floor) => total + floor, 0n);
  const order = amounts
    .map((amount, index) => ({ index, rest: amount - (floors[index] ?? 0n) * cent }))
    .toSorted((one, other) => (one.rest === other.rest ? one.index - other.index : one.rest > other.rest ? -1 : 1));
  for (const { index } of order.slice(0, Number(left))) floors[index] = (floors[index] ?? 0n) + 1n;
  return floors;
}

function floorDivide(value: bigint, by: bigint): bigint {
  return value >= 0n ? value / by : -((-value + by - 1n) / by);
}
