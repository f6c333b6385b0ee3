SELECT sales.orders.id, awsdatacatalog.sales.orders.amount FROM awsdatacatalog.sales.orders
