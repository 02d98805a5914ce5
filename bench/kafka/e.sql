-- E: responses with the table of their respondents.
CREATE TABLE people (
  `respondent_id` STRING PRIMARY KEY, `name` STRING, `email` STRING, `country` STRING, `age` INT, `team` STRING,
  `panel` BOOLEAN, `joined_at` BIGINT
) WITH (KAFKA_TOPIC = '${respondents}', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON');
CREATE STREAM enriched WITH (KAFKA_TOPIC = '${output}', KEY_FORMAT = 'KAFKA', PARTITIONS = ${partitions}) AS
SELECT r.`respondent_id` AS `respondent_id`, r.`question_id` AS `question_id`, r.`survey_name` AS `survey_name`,
       r.`score` AS `score`, r.`text` AS `text`, t.`name` AS `name`, t.`country` AS `country`, t.`age` AS `age`,
       r.`answered_at` AS `answered_at`
FROM responses r
LEFT JOIN people t ON r.`respondent_id` = t.`respondent_id` EMIT CHANGES;
