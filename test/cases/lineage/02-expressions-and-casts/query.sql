SELECT CAST(ordered_at AS date) AS day, amount * 2 AS doubled, upper(state) || '-' || customer AS label, 1 AS one
FROM sales.orders
