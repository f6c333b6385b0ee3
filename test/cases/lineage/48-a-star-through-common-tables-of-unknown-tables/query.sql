WITH a AS (SELECT * FROM raw.people), b AS (SELECT *, 1 AS source FROM a)
SELECT name, source FROM b
