SELECT c.* , c.id AS again FROM (SELECT id, lower(email) AS mail FROM sales.customers) c
