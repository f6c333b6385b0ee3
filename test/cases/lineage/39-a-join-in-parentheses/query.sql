SELECT j.name, j.amount FROM (sales.orders o JOIN sales.customers c ON o.customer = c.id) j
