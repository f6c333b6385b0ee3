-- patchwork
SELECT species, speed, cost FROM strikes ORDER BY cost