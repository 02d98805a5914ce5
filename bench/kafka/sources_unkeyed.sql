-- The survey without keys: the respondent's id is in the value only.
SET 'auto.offset.reset' = 'earliest';
CREATE STREAM responses (
  `respondent_id` STRING, `question_id` STRING, `survey_name` STRING, `score` INT, `duration` DOUBLE,
  `mobile` BOOLEAN, `text` STRING, `answered_at` BIGINT
) WITH (KAFKA_TOPIC = '${responses}', VALUE_FORMAT = 'JSON');
CREATE STREAM respondents (
  `respondent_id` STRING, `name` STRING, `email` STRING, `country` STRING, `age` INT, `team` STRING,
  `panel` BOOLEAN, `joined_at` BIGINT
) WITH (KAFKA_TOPIC = '${respondents}', VALUE_FORMAT = 'JSON');
