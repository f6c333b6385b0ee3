SELECT a, b.c FROM raw.one a0 JOIN raw.two b ON a0.k = b.k
