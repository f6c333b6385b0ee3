SELECT to_hex(sha256(to_utf8(email))) AS who, name, md5(to_utf8(name)) AS hashed, concat(email, md5(to_utf8(email))) AS mixed
FROM sales.customers
