SELECT a.id, b.amount AS next FROM sales.orders a JOIN sales.orders b ON a.id = b.id WHERE a.amount < b.amount
