-- Each column is named: one that goes at the source is told, and the table stays as it was.
SELECT
  customer_id,
  name,
  email,
  country,
  segment,
  credit_limit,
  customer_since,
  changed_at
FROM "{{database}}_crm".public.customers
WHERE deleted = false
