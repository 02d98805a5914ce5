-- C: filter and projection.
CREATE STREAM filtered WITH (KAFKA_TOPIC = '${output}', PARTITIONS = ${partitions}) AS
SELECT `respondent_id`, `question_id`, `score`, `text` FROM responses WHERE `score` > 5 EMIT CHANGES;
