DROP TABLE sales.orders
