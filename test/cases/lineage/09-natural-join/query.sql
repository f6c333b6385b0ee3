SELECT id, name, state FROM sales.orders NATURAL JOIN sales.customers
