SELECT amount, amount + 1 AS more, sum(amount) OVER (PARTITION BY amount) AS total FROM sales.orders WHERE amount > 0 ORDER BY amount
