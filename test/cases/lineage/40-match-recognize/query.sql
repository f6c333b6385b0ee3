SELECT * FROM ops.flights MATCH_RECOGNIZE (PARTITION BY carrier MEASURES dest AS d PATTERN (x) DEFINE x AS arr_delay > 1)
