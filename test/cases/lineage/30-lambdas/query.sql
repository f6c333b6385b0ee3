SELECT transform(items, id -> id + amount) AS more, reduce(items, 0, (s, x) -> s + x, s -> s) AS total, filter(items, i -> i.state = 'x') AS some FROM sales.orders
