-- A: the windowed join of two streams. B: the same, after both sides got their keys by a repartition.
CREATE STREAM enriched WITH (KAFKA_TOPIC = '${output}', KEY_FORMAT = 'KAFKA', PARTITIONS = ${partitions}) AS
SELECT r.`respondent_id` AS `respondent_id`, r.`question_id` AS `question_id`, r.`survey_name` AS `survey_name`,
       r.`score` AS `score`, r.`text` AS `text`, t.`name` AS `name`, t.`country` AS `country`, t.`age` AS `age`,
       r.`answered_at` AS `answered_at`
FROM responses r
INNER JOIN respondents t WITHIN 10 MINUTES GRACE PERIOD 2 MINUTES ON r.`respondent_id` = t.`respondent_id`
EMIT CHANGES;
