SELECT x.a, x.b FROM sales.customers AS x (a, b, c, d, e)
