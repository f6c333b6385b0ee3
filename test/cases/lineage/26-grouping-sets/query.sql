SELECT customer, state, sum(amount) AS total, grouping(customer) AS g FROM sales.orders GROUP BY GROUPING SETS ((customer), (customer, state))
