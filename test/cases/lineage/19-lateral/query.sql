SELECT o.id, l.twice FROM sales.orders o CROSS JOIN LATERAL (SELECT o.amount * 2 AS twice) l
