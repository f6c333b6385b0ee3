SELECT id, amount FROM sales.orders WHERE state = 'paid'
UNION ALL
SELECT id, name FROM sales.customers
ORDER BY 2
