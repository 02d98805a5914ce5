-- The survey, keyed by respondent. ${responses}, ${respondents} and ${output} are topics, ${partitions} the output's partitions.
SET 'auto.offset.reset' = 'earliest';
CREATE STREAM responses (
  `respondent_id` STRING KEY, `question_id` STRING, `survey_name` STRING, `score` INT, `duration` DOUBLE,
  `mobile` BOOLEAN, `text` STRING, `answered_at` BIGINT
) WITH (KAFKA_TOPIC = '${responses}', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON');
CREATE STREAM respondents (
  `respondent_id` STRING KEY, `name` STRING, `email` STRING, `country` STRING, `age` INT, `team` STRING,
  `panel` BOOLEAN, `joined_at` BIGINT
) WITH (KAFKA_TOPIC = '${respondents}', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON');
