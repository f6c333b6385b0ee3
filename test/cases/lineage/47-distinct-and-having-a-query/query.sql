SELECT DISTINCT customer FROM sales.orders GROUP BY customer HAVING sum(amount) > (SELECT avg(amount) FROM sales.orders WHERE state = 'paid') ORDER BY upper(customer) LIMIT 3
