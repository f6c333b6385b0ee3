SELECT * FROM sales.orders JOIN sales.customers USING (id)
