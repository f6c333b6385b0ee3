SELECT o.id FROM sales.orders o WHERE EXISTS (SELECT 1 FROM raw.people WHERE customer = o.customer)
