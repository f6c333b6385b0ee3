WITH legs AS (
  SELECT origin AS airport, arr_delay, cancelled FROM flight_operations__flights__v1.flights WHERE flight_date >= current_date - interval '365' day
  UNION ALL
  SELECT dest, arr_delay, cancelled FROM flight_operations__flights__v1.flights
), rated AS (
  SELECT airport, count(*) AS legs, avg(CASE WHEN cancelled THEN NULL ELSE arr_delay END) AS delay,
    rank() OVER (ORDER BY avg(arr_delay) DESC) AS place
  FROM legs GROUP BY airport
)
SELECT r.airport, a.name, r.legs, round(r.delay, 1) AS delay, r.place,
  CASE WHEN r.delay > 30 THEN 'high' WHEN w.storms > 5 THEN 'medium' ELSE 'low' END AS risk
FROM rated r
JOIN reference__airports__v2.airports a ON a.iata = r.airport
LEFT JOIN (SELECT station, sum(storm) AS storms FROM weather__observations__v1.daily GROUP BY station) w ON w.station = a.station
WHERE r.legs > 100
