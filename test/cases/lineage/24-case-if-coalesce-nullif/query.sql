SELECT CASE WHEN state = 'paid' THEN amount ELSE 0 END AS paid,
  CASE state WHEN 'x' THEN customer END AS simple,
  if(amount > 10, customer, state) AS either,
  coalesce(state, customer) AS first, nullif(state, '') AS state
FROM sales.orders
