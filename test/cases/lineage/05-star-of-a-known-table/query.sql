SELECT * FROM sales.customers
