SELECT id, amount FROM sales.orders UNION SELECT id FROM sales.customers
