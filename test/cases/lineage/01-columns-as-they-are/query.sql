SELECT id, amount AS total FROM sales.orders
