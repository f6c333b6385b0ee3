-- engineer
CREATE EXTERNAL TABLE lab.peek (line string) LOCATION 's3://owner-data/birds/sealed/'
;;
SELECT * FROM lab.peek