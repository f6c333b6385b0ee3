SELECT o.id, (SELECT max(c.joined_at) FROM sales.customers c WHERE c.id = o.customer) AS since FROM sales.orders o
