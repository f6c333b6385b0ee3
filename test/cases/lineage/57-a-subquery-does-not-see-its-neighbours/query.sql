SELECT q.x, o.id FROM sales.orders o JOIN (SELECT amount AS x FROM raw.t) q ON q.x = o.amount
