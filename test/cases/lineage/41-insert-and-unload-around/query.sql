INSERT INTO sales.daily (day, total)
SELECT date(ordered_at), sum(amount) FROM sales.orders GROUP BY 1 -- daily
