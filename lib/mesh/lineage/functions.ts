/** Trino's aggregate functions, as Athena has them, without underscores: the parser writes some of the names apart. */
const AGGREGATES = new Set(
  `any_value approx_distinct approx_most_frequent approx_percentile approx_set arbitrary array_agg avg bitwise_and_agg
  bitwise_or_agg bitwise_xor_agg bool_and bool_or checksum convex_hull_agg corr count count_if covar_pop covar_samp entropy
  every geometric_mean geometry_union_agg histogram kurtosis listagg logical_and logical_or map_agg map_union max max_by
  merge min min_by multimap_agg numeric_histogram qdigest_agg reduce_agg regr_intercept regr_slope set_agg set_union skewness
  stddev stddev_pop stddev_samp sum tdigest_agg var_pop var_samp variance`
    .split(/\s+/)
    .map(plain),
);

/** From the result of these nobody gets the value back. */
const MASKS = new Set(
  `approx_distinct approx_set checksum count count_if crc32 hmac_md5 hmac_sha1 hmac_sha256 hmac_sha512 md5 murmur3 sha1 sha256
  sha512 spooky_hash_v2_32 spooky_hash_v2_64 xxhash64`
    .split(/\s+/)
    .map(plain),
);

/** Whether a function makes one value of many rows. */
export function isAggregate(name: string): boolean {
  return AGGREGATES.has(plain(name));
}

/** Whether a function hides what it is given. */
export function isMasking(name: string): boolean {
  return MASKS.has(plain(name));
}

/** Whether its second argument only decides which row the first one is taken of. */
export function isPick(name: string): boolean {
  return ['maxby', 'minby'].includes(plain(name));
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}
