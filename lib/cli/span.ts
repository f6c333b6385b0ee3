/** Units of a span of time, longest first, in milliseconds. */
export const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** `90s`, `15m`, `1h` or `2d` in milliseconds; undefined for anything else. */
export function spanOf(written: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(written) ?? [];
  const size = UNITS.find(([name]) => name === unit)?.[1];
  return size === undefined ? undefined : Number(count) * size;
}
