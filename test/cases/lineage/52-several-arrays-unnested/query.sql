SELECT a, b FROM sales.orders CROSS JOIN UNNEST(items, address) AS u (a, b)
