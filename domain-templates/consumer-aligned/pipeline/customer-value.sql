-- One row for each customer, as a model of customer value wants it.
SELECT
  customer_email,
  max(country) AS country,
  count(*) AS orders,
  CAST(sum(amount) AS double) AS revenue,
  min(order_date) AS first_order,
  max(order_date) AS last_order
FROM sales__orders__v1.orders
GROUP BY customer_email
