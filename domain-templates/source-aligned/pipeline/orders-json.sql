-- The columns of the contract, as they came: what is no value of its column's type goes to quarantine/ with its reason, not into the table.
SELECT
  order_id,
  customer_id,
  customer_email,
  upper(country) AS country,
  amount,
  currency,
  ordered_at,
  order_date
FROM {{database}}_landing.orders_json
WHERE "$path" IN (:files)
