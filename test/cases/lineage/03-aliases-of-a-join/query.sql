SELECT o.id, c.name
FROM sales.orders o
LEFT JOIN sales.customers c ON o.customer = c.id AND c.country = 'CH'
