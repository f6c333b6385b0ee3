SELECT t.id, (SELECT max(t.joined_at) FROM sales.customers t WHERE t.id = customer) AS since FROM sales.orders t
