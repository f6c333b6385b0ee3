SELECT a, b FROM raw.one NATURAL JOIN raw.two
