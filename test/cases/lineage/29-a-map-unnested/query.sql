SELECT k, v FROM sales.orders CROSS JOIN UNNEST(address) AS t (k, v)
