WITH a AS (SELECT id AS x, amount FROM sales.orders), b(y, z) AS (SELECT x, amount + 1 FROM a), sales AS (SELECT * FROM b)
SELECT y, max(z) FROM sales GROUP BY 1 ORDER BY 2 DESC
