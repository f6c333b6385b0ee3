WITH paid AS (SELECT customer, amount FROM sales.orders WHERE state = 'paid')
SELECT customer, sum(amount) AS revenue FROM paid GROUP BY customer
