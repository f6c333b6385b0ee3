WITH a AS (SELECT * FROM raw.people UNION ALL SELECT * FROM raw.staff)
SELECT name FROM a
