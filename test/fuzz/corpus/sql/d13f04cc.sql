-- analyst
SELECT CAST(species AS int) FROM strikes WHERE 1 / (speed - 777) < 5