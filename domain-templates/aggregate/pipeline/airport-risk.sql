-- Both sources are read through the subscriptions of the pipeline's role, with just the columns and rows that they give.
WITH traffic AS (
  SELECT airport, count(*) AS departures
  FROM flight_operations__departures__v1.departures
  GROUP BY airport
), strikes AS (
  SELECT airport, count(*) AS strikes, sum(CASE WHEN damage THEN 1 ELSE 0 END) AS with_damage
  FROM wildlife_safety__strikes__v1.strikes
  GROUP BY airport
)
SELECT
  t.airport,
  t.departures,
  coalesce(s.strikes, 0) AS strikes,
  coalesce(s.with_damage, 0) AS with_damage,
  round(1000.0 * coalesce(s.strikes, 0) / t.departures, 1) AS strikes_per_1000
FROM traffic t
LEFT JOIN strikes s ON s.airport = t.airport
