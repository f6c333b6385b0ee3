WITH a AS (WITH b AS (SELECT id AS x FROM sales.orders) SELECT x FROM b) SELECT x FROM a
