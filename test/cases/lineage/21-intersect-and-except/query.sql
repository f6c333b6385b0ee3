SELECT id FROM sales.orders EXCEPT (SELECT id FROM sales.customers INTERSECT SELECT carrier FROM ops.flights)
