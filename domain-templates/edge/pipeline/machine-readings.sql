-- The rows of the sites. An agent has made them fit the contract already; what lands in another way is held against it here.
SELECT
  site,
  machine,
  measured_at,
  temperature_c,
  pressure_kpa,
  operator,
  source,
  sequence,
  measured_on
FROM {{database}}_landing.machine_readings
WHERE "$path" IN (:files)
