WITH orders AS (SELECT name AS id FROM sales.customers)
SELECT a.id, b.id AS other FROM orders a JOIN sales.orders b ON a.id = b.customer
