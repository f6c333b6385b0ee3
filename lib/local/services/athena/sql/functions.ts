/** The functions that Athena documents and that run here, scalar and aggregate, by lower-case name. */
export const FUNCTIONS: ReadonlySet<string> = new Set(
  `abs acos all_match any_match any_value approx_distinct approx_percentile arbitrary array_agg array_distinct array_except array_intersect array_join
  array_max array_min array_position array_remove array_sort array_union arrays_overlap asin at_timezone atan atan2 avg bit_count bitwise_and bitwise_not
  bitwise_or bitwise_xor bool_and bool_or cardinality cast cbrt ceil ceiling chr coalesce codepoint concat concat_ws contains corr cos cosh count count_if
  covar_pop covar_samp cume_dist current_date current_time current_timestamp current_timezone date date_add date_diff date_format date_parse date_trunc day day_of_month
  day_of_week day_of_year degrees dense_rank dow doy e element_at every exp extract filter first_value flatten floor format
  from_base64 from_hex from_iso8601_date from_iso8601_timestamp from_unixtime from_utf8 geometric_mean greatest grouping hash_counts histogram hmac_sha256 hour if is_finite is_infinite is_nan
  json_array_contains json_array_length json_extract json_extract_scalar json_format json_parse kurtosis lag last_day_of_month last_value lead least
  length levenshtein_distance listagg ln localtime localtimestamp log log10 log2 lower lpad ltrim map map_agg map_concat map_entries map_from_entries map_keys map_values max
  max_by md5 millisecond min min_by minute mod month nan infinity none_match now nth_value ntile nullif parse_datetime percent_rank pi position pow power
  quarter radians rand random rank reduce regexp_count regexp_extract regexp_extract_all regexp_like regexp_replace regexp_split repeat replace reverse round row row_number rpad rtrim
  second sequence sha1 sha256 sign sin sinh skewness slice split split_part sqrt starts_with stddev stddev_pop stddev_samp strpos substr substring sum
  tan tanh to_base64 to_hex to_iso8601 to_unixtime to_utf8 transform translate trim truncate try try_cast typeof upper url_extract_host url_extract_path url_extract_protocol uuid
  var_pop var_samp variance week week_of_year year year_of_week yow`
    .trim()
    .split(/\s+/),
);

/** Table functions of Athena that run here. */
export const TABLE_FUNCTIONS: ReadonlySet<string> = new Set(['unnest', 'lateral', 'table', 'values']);

/** Words of the grammar that stand before a parenthesis and are no functions. */
export const GRAMMAR: ReadonlySet<string> = new Set(
  `all and any array as between by bigint boolean case char cross cube date decimal distinct double else end escape except exists fetch float for from full group grouping having
  ignore in inner integer int intersect interval into is join lateral left like limit map not null nulls offset on or order outer over partition real recursive return
  returning right rollup row rows select sets smallint some table then time timestamp tinyint to union unnest using values varbinary varchar when where window with within`
    .trim()
    .split(/\s+/),
);

/** A key of HMAC as a block of 64 bytes: a longer one is hashed first. */
const BLOCK =
  "((case when octet_length(k) > 64 then unhex(sha256(k)) else k end) || unhex(repeat('00', cast(64 - least(octet_length(k), case when octet_length(k) > 64 then 32 else 64 end) as integer))))";

function padded(byte: string): string {
  return `cast(xor(cast(${BLOCK} as bit), cast(unhex(repeat('${byte}', 64)) as bit)) as blob)`;
}

/** Functions whose macro or rewrite is `athena_<name>`, because DuckDB lacks them or means something else. */
export const MACROS: readonly string[] = [
  "temp macro athena_divide(a, b) as case when b = 0 and typeof(b) not in ('DOUBLE', 'FLOAT') and typeof(a) not in ('DOUBLE', 'FLOAT') then error('DIVISION_BY_ZERO') else a / b end",
  "temp macro athena_modulo(a, b) as case when b = 0 and typeof(b) not in ('DOUBLE', 'FLOAT') then error('DIVISION_BY_ZERO') else a % b end",
  ...['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'].map(
    (unit) => `temp macro athena_add_${unit}(n, t) as t + to_${unit}s(n)`,
  ),
  // Whole units between the two, not the borders of units in between.
  'temp macro athena_date_diff(u, a, b) as date_sub(u, a, b)',
  "temp macro athena_to_iso8601(t) as case when typeof(t) = 'DATE' then strftime(cast(t as timestamp), '%Y-%m-%d') else strftime(cast(t as timestamp), '%Y-%m-%dT%H:%M:%S.%g') end",
  'temp macro athena_strftime(t, f) as strftime(cast(t as timestamp), f)',
  'temp macro athena_strptime(s, f) as strptime(s, f)',
  'temp macro athena_from_unixtime(s) as make_timestamp(cast(floor(s * 1000) as bigint) * 1000)',
  'temp macro athena_to_unixtime(t) as epoch(t)',
  "temp macro athena_json_extract_scalar(j, p) as case when json_type(json_extract(try_cast(j as json), p)) in ('OBJECT', 'ARRAY', 'NULL') then null else json_extract_string(try_cast(j as json), p) end",
  'temp macro athena_json_extract(j, p) as json_extract(try_cast(j as json), p)',
  'temp macro athena_json_parse(j) as cast(json(j) as json)',
  'temp macro athena_json_format(j) as cast(j as varchar)',
  'temp macro athena_json_array_length(j) as json_array_length(try_cast(j as json))',
  "temp macro athena_json_array_contains(j, v) as list_contains(json_extract_string(try_cast(j as json), '$[*]'), cast(v as varchar))",
  'temp macro athena_cardinality(a) as coalesce(len(a), 0) + case when a is null then null else 0 end',
  'temp macro athena_element_at(a, i) as a[i]',
  'temp macro athena_array_join(a, d) as array_to_string(a, d), (a, d, n) as array_to_string(list_transform(a, lambda x: coalesce(cast(x as varchar), n)), d)',
  'temp macro athena_array_remove(a, v) as list_filter(a, lambda x: x <> v)',
  'temp macro athena_array_position(a, v) as coalesce(list_position(a, v), 0)',
  'temp macro athena_array_distinct(a) as list_filter(a, lambda x, i: list_position(a, x) = i)',
  'temp macro athena_array_union(a, b) as list_filter(list_concat(a, b), lambda x, i: list_position(list_concat(a, b), x) = i)',
  'temp macro athena_array_intersect(a, b) as list_distinct(list_filter(a, lambda x: list_contains(b, x)))',
  'temp macro athena_array_except(a, b) as list_distinct(list_filter(a, lambda x: not list_contains(b, x)))',
  'temp macro athena_arrays_overlap(a, b) as list_has_any(a, b)',
  'temp macro athena_array_min(a) as list_min(a)',
  'temp macro athena_array_max(a) as list_max(a)',
  'temp macro athena_flatten(a) as flatten(a)',
  'temp macro athena_repeat(x, n) as case when n is null then null else list_resize([x], cast(n as bigint), x) end',
  'temp macro athena_slice(a, s, n) as list_slice(a, s, s + n - 1)',
  'temp macro athena_sequence(a, b) as generate_series(a, b), (a, b, s) as generate_series(a, b, s)',
  'temp macro athena_concat(a, b) as a || b, (a, b, c) as a || b || c, (a, b, c, d) as a || b || c || d, (a, b, c, d, e) as a || b || c || d || e, (a, b, c, d, e, f) as a || b || c || d || e || f',
  'temp macro athena_codepoint(s) as unicode(s)',
  'temp macro athena_levenshtein_distance(a, b) as levenshtein(a, b)',
  'temp macro athena_regexp_like(s, p) as regexp_matches(s, p)',
  'temp macro athena_regexp_extract(s, p) as case when regexp_matches(s, p) then regexp_extract(s, p) end, (s, p, g) as case when regexp_matches(s, p) then regexp_extract_all(s, p, g)[1] end',
  "temp macro athena_regexp_replace(s, p) as regexp_replace(s, p, '', 'g'), (s, p, r) as regexp_replace(s, p, regexp_replace(r, '\\$(\\d)', '\\\\\\1', 'g'), 'g')",
  'temp macro athena_regexp_split(s, p) as regexp_split_to_array(s, p)',
  'temp macro athena_regexp_count(s, p) as len(regexp_extract_all(s, p))',
  'temp macro athena_split(s, d) as string_split(s, d)',
  'temp macro athena_split_part(s, d, i) as case when i > len(string_split(s, d)) then null else split_part(s, d, i) end',
  'temp macro athena_starts_with(s, p) as starts_with(s, p)',
  'temp macro athena_from_hex(s) as unhex(s)',
  'temp macro athena_to_hex(b) as upper(hex(b))',
  'temp macro athena_sha256(b) as unhex(sha256(b))',
  `temp macro athena_hmac_sha256(b, k) as unhex(sha256(${padded('5c')} || unhex(sha256(${padded('36')} || b))))`,
  'temp macro athena_sha1(b) as unhex(sha1(b))',
  'temp macro athena_md5(b) as unhex(md5(b))',
  'temp macro athena_from_base64(s) as from_base64(s)',
  'temp macro athena_bitwise_and(a, b) as a & b',
  'temp macro athena_bitwise_or(a, b) as a | b',
  'temp macro athena_bitwise_xor(a, b) as xor(a, b)',
  'temp macro athena_bitwise_not(a) as ~a',
  'temp macro athena_bit_count(a, b) as bit_count(a)',
  "temp macro athena_infinity() as 'infinity'::double",
  "temp macro athena_nan() as 'nan'::double",
  'temp macro athena_typeof(x) as lower(typeof(x))',
  'temp macro athena_is_finite(x) as isfinite(x)',
  'temp macro athena_is_infinite(x) as isinf(x)',
  'temp macro athena_e() as exp(1)',
  'temp macro athena_truncate(x) as trunc(x), (x, n) as trunc(x * 10 ** n) / 10 ** n',
  'temp macro athena_log(b, x) as ln(x) / ln(b)',
  'temp macro athena_day_of_week(t) as isodow(t)',
  'temp macro athena_dow(t) as isodow(t)',
  'temp macro athena_day_of_year(t) as dayofyear(t)',
  'temp macro athena_doy(t) as dayofyear(t)',
  'temp macro athena_day_of_month(t) as day(t)',
  'temp macro athena_week_of_year(t) as week(t)',
  'temp macro athena_year_of_week(t) as isoyear(t)',
  'temp macro athena_yow(t) as isoyear(t)',
  'temp macro athena_millisecond(t) as millisecond(t) % 1000',
  'temp macro athena_at_timezone(t, z) as timezone(z, t)',
  "temp macro athena_current_timezone() as 'UTC'",
  'temp macro athena_map_entries(m) as map_entries(m)',
  'temp macro athena_map_from_entries(e) as map_from_entries(e)',
  'temp macro athena_map_concat(a, b) as map_concat(a, b)',
  "temp macro athena_url_extract_host(u) as nullif(regexp_extract(u, '^[a-z][a-z0-9+.-]*://([^/:?#]+)', 1), '')",
  "temp macro athena_url_extract_protocol(u) as nullif(regexp_extract(u, '^([a-z][a-z0-9+.-]*)://', 1), '')",
  "temp macro athena_url_extract_path(u) as regexp_extract(u, '^[a-z][a-z0-9+.-]*://[^/?#]*([^?#]*)', 1)",
];

/** Aggregates and functions that take a lambda: DuckDB's own name for the same thing (a macro can carry neither). */
export const RENAMED: ReadonlyMap<string, string> = new Map([
  ['transform', 'list_transform'],
  ['filter', 'list_filter'],
  ['approx_distinct', 'approx_count_distinct'],
  ['approx_percentile', 'approx_quantile'],
  ['min_by', 'arg_min'],
  ['max_by', 'arg_max'],
  ['every', 'bool_and'],
  ['pow', 'power'],
  ['format', 'printf'],
  ['rand', 'random'],
]);
