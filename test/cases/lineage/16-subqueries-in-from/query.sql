SELECT q.total, q.who FROM (SELECT sum(amount) AS total, customer AS who FROM sales.orders GROUP BY customer HAVING count(*) > 3) q
