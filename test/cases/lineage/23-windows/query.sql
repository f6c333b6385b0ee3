SELECT id, sum(amount) OVER (PARTITION BY customer ORDER BY ordered_at) AS running, row_number() OVER w AS n, lag(state) OVER w AS before
FROM sales.orders WINDOW w AS (PARTITION BY customer ORDER BY ordered_at DESC)
