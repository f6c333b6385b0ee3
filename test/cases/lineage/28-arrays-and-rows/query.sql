SELECT o.id, u.item, u.position, address.city, o.address.street.number AS house, o.items[1] AS first
FROM sales.orders o CROSS JOIN UNNEST(o.items) WITH ORDINALITY AS u (item, position)
