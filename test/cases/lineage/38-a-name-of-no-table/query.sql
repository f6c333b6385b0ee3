SELECT nothing, o.nothing AS none FROM sales.orders o
