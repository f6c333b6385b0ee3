SELECT o.id, o.customer IN (SELECT id FROM sales.customers) AS known
FROM sales.orders o
WHERE EXISTS (SELECT 1 FROM ops.flights f WHERE f.carrier = o.state) AND o.amount > ALL (SELECT arr_delay FROM ops.flights)
