WITH a AS (SELECT id, name FROM sales.customers UNION ALL SELECT * FROM raw.people)
SELECT id, age FROM a
