SELECT v.name, v.n, o.id FROM sales.orders o JOIN (VALUES (1, 'a'), (2, 'b')) AS v (n, name) ON o.amount = v.n
