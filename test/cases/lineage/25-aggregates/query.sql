SELECT count(*) AS n, count(DISTINCT customer) AS customers, avg(amount) FILTER (WHERE state = 'paid') AS mean,
  max_by(customer, amount) AS biggest, array_agg(state ORDER BY ordered_at) AS states, approx_percentile(amount, 0.5) AS median,
  listagg(state, ',') WITHIN GROUP (ORDER BY id) AS list, bool_and(amount > 0) AS positive, map_agg(id, amount) AS by_id, sum(amount) / count(id) AS per_order
FROM sales.orders
