-- Each event has one row or several. A scan that came before, in this file or in an earlier one, is not added again: events come at least once.
WITH told AS (
  SELECT
    json_extract_scalar(one, '$.after.scan_id') AS scan_id,
    json_extract_scalar(one, '$.after.shipment_id') AS shipment_id,
    json_extract_scalar(one, '$.after.place') AS place,
    json_extract_scalar(one, '$.after.status') AS status,
    json_extract_scalar(one, '$.after.weight_kg') AS weight_kg,
    json_extract_scalar(one, '$.after.scanned_at') AS scanned_at,
    json_extract_scalar(one, '$.after.scanned_on') AS scanned_on,
    row_number() OVER (PARTITION BY json_extract_scalar(one, '$.after.scan_id') ORDER BY event_time, event_id) AS time_told
  FROM {{database}}_landing.scans
  CROSS JOIN UNNEST(CAST(json_parse("rows") AS array(json))) AS each_row (one)
  WHERE "$path" IN (:files)
)
SELECT scan_id, shipment_id, place, status, weight_kg, scanned_at, scanned_on
FROM told
WHERE time_told = 1
  AND NOT EXISTS (
    SELECT 1
    FROM {{database}}.scans AS known
    WHERE known.scan_id = told.scan_id
      AND known.scanned_on = TRY_CAST(told.scanned_on AS date)
  )
