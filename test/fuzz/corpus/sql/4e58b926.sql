-- analyst
SELECT constructor.a FROM (SELECT 1) AS constructor(a)