WITH RECURSIVE r(n, who) AS (
  SELECT amount, customer FROM sales.orders
  UNION ALL
  SELECT n + 1, who FROM r WHERE n < 5
)
SELECT n, who FROM r
