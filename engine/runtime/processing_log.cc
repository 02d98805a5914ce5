#include "engine/runtime/processing_log.h"

#include "engine/types/text.h"

namespace weir {

const char* error_stage_name(RowError::Stage stage) {
  switch (stage) {
    case RowError::Stage::kDecodeKey:
      return "DESERIALIZATION_ERROR_KEY";
    case RowError::Stage::kDecodeValue:
      return "DESERIALIZATION_ERROR_VALUE";
    case RowError::Stage::kTimestamp:
      return "TIMESTAMP_ERROR";
    case RowError::Stage::kEvaluate:
      return "EVALUATION_ERROR";
    case RowError::Stage::kEncode:
      return "SERIALIZATION_ERROR";
    case RowError::Stage::kNullKey:
      return "NULL_KEY";
    case RowError::Stage::kLate:
      return "LATE_RECORD";
    case RowError::Stage::kProduce:
      return "PRODUCTION_ERROR";
  }
  return "UNKNOWN";
}

std::string processing_log_value(const std::string& query_id, const ProcessingError& error) {
  std::string out;
  const auto text = [&](const char* name, std::string_view value) {
    out += out.empty() ? "{\"" : ",\"";
    out += name;
    out += "\":";
    append_json_quoted(out, value);
  };
  const auto number = [&](const char* name, int64_t value) {
    out += ",\"";
    out += name;
    out += "\":" + std::to_string(value);
  };
  text("QUERY_ID", query_id);
  text("TYPE", error_stage_name(error.stage));
  text("SOURCE", error.source);
  text("TOPIC", error.topic);
  number("TOPIC_PARTITION", error.partition);
  number("TOPIC_OFFSET", error.offset);
  number("RECORD_TIME", error.timestamp);
  text("OPERATION", error.operation);
  text("MESSAGE", error.message);
  // A key or value that is NULL has neither column; an empty one has both.
  const auto bytes = [&](const char* as_text, const char* as_bytes, const log::OptionalBytes& value) {
    if (!value) return;
    const std::string_view part = value->substr(0, kMaxErrorBytes);
    if (is_valid_utf8(part)) text(as_text, part);
    text(as_bytes, base64_encode(part));
  };
  if (error.record) {
    bytes("RECORD_KEY", "RECORD_KEY_BYTES", error.record->key);
    bytes("RECORD_VALUE", "RECORD_VALUE_BYTES", error.record->value);
  }
  return out + "}";
}

Source processing_log_source(const std::string& topic) {
  Source source;
  source.name = kProcessingLogStream;
  source.read_only = true;  // the engine alone writes it
  source.topic = topic;
  source.key_format.kind = FormatKind::kKafka;
  source.value_format.kind = FormatKind::kJson;
  const auto column = [&](const char* name, TypePtr type, SourceColumn::Role role = SourceColumn::Role::kValue) {
    source.columns.push_back({name, std::move(type), role, {}});
  };
  column("LOGGER", Type::string(), SourceColumn::Role::kKey);
  for (const char* name : {"QUERY_ID", "TYPE", "SOURCE", "TOPIC"}) column(name, Type::string());
  column("TOPIC_PARTITION", Type::integer());
  column("TOPIC_OFFSET", Type::bigint());
  column("RECORD_TIME", Type::bigint());
  for (const char* name : {"OPERATION", "MESSAGE", "RECORD_KEY", "RECORD_VALUE"}) column(name, Type::string());
  column("RECORD_KEY_BYTES", Type::bytes());
  column("RECORD_VALUE_BYTES", Type::bytes());
  return source;
}

}  // namespace weir
