SELECT s.n, o.id FROM sales.orders o CROSS JOIN TABLE(sequence(1, 10)) AS s (n)
