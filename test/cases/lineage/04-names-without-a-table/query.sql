SELECT amount, name, email
FROM sales.orders o JOIN sales.customers c ON o.customer = c.id
WHERE state = 'paid'
