SELECT c.*, o.amount FROM sales.orders o, sales.customers c WHERE o.customer = c.id
