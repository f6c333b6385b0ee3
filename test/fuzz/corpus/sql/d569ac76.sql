-- engineer
UNLOAD (SELECT * FROM airports) TO 's3://consumer-data/../../../../../tmp/weft-fuzz-outside/' WITH (format = 'JSON')