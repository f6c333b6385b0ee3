/**
 * Parts of a whole in proportion to weights, which add up to it exactly: what is left after rounding down goes, one unit each, to the largest remainders,
 * of equal ones to the earlier. Weights of nothing but 0 count as equal.
 * @param whole in the smallest unit; a negative one, e.g. a refund, is parted as well
 * @param weights whole numbers from 0 on, at least one
 */
export function apportion(whole: bigint, weights: readonly number[]): bigint[] {
  if (weights.length === 0) throw new RangeError('there is nobody to part it among');
  const sign = whole < 0n ? -1n : 1n;
  const amount = whole * sign;
  const given = weights.some((weight) => weight > 0) ? weights : weights.map(() => 1);
  const counts = given.map((weight) => BigInt(weight));
  const sum = counts.reduce((total, count) => total + count, 0n);
  const parts = counts.map((count) => (amount * count) / sum);
  const left = amount - parts.reduce((total, part) => total + part, 0n);
  const byRemainder = counts
    .map((count, index) => ({ index, remainder: (amount * count) % sum }))
    .toSorted((one, other) =>
      one.remainder === other.remainder ? one.index - other.index : one.remainder > other.remainder ? -1 : 1,
    );
  for (const { index } of byRemainder.slice(0, Number(left))) parts[index] = (parts[index] ?? 0n) + 1n;
  return parts.map((part) => part * sign);
}
