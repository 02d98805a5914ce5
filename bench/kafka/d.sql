-- D: aggregation by key in windows of a minute; every change comes out.
CREATE TABLE totals WITH (KAFKA_TOPIC = '${output}', PARTITIONS = ${partitions}) AS
SELECT `respondent_id`, COUNT(*) AS `n`, SUM(`score`) AS `total`, AVG(`score`) AS `mean`
FROM responses WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY `respondent_id` EMIT CHANGES;
