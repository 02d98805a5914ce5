#include "cli/test/record_values.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <stdexcept>

#include "cli/test/avro_records.h"
#include "cli/test/case_match.h"
#include "cli/test/protobuf_records.h"
#include "engine/exec/window_key.h"
#include "engine/types/text.h"

namespace weir::cli {

namespace {

struct TestSide {
  FormatKind format = FormatKind::kJson;
  TypePtr single;  // the type of the only column, where there is just one
};

TestSide side_of(const TestEngine& engine, const std::string& topic, bool key) {
  TestSide side;
  const SourcePtr source = engine.source_of_topic(topic);
  if (!source) {
    side.format = key ? FormatKind::kKafka : FormatKind::kJson;
    return side;
  }
  side.format = (key ? source->key_format : source->value_format).kind;
  const auto columns = key ? source->key_columns() : source->value_columns();
  if (columns.size() == 1) side.single = columns[0]->type;
  return side;
}

FormatContext context_of(TestEngine& engine, const std::string& topic, bool key) {
  FormatContext context;
  context.topic = topic;
  context.is_key = key;
  context.registry = engine.engine().registry();
  if (const SourcePtr source = engine.source_of_topic(topic)) {
    context.spec = key ? source->key_format : source->value_format;
    for (const SourceColumn* column : key ? source->key_columns() : source->value_columns()) {
      context.columns.push_back({column->name, column->type});
    }
  }
  return context;
}

std::string big_endian_bytes(uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
  return out;
}

uint64_t from_big_endian_bytes(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

std::string kafka_bytes(const JsonNode& node, const TypePtr& type) {
  const TypeKind kind = type ? type->kind() : TypeKind::kString;
  if (kind == TypeKind::kInt) return big_endian_bytes(static_cast<uint32_t>(std::stol(node.text)), 4);
  if (kind == TypeKind::kBigint) return big_endian_bytes(static_cast<uint64_t>(std::stoll(node.text)), 8);
  if (kind == TypeKind::kDouble) {
    const double value = std::stod(node.text);
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return big_endian_bytes(bits, 8);
  }
  return node.kind == JsonNode::Kind::kString ? node.text : node.dump();
}

std::optional<std::string> to_bytes(TestEngine& engine, const std::string& topic, bool key, const JsonNode* node) {
  if (node == nullptr || node->is_null()) return std::nullopt;
  const TestSide side = side_of(engine, topic, key);
  switch (side.format) {
    case FormatKind::kNone:
      return std::nullopt;
    case FormatKind::kKafka:
      return kafka_bytes(*node, side.single);
    case FormatKind::kDelimited:
      return node->kind == JsonNode::Kind::kString ? node->text : node->dump();
    case FormatKind::kJson:
      return node->dump();
    case FormatKind::kJsonSr: {
      const auto schema = engine.engine().registry()->latest(topic + (key ? "-key" : "-value"));
      std::string out;
      append_schema_header(out, schema ? schema->id : 1);
      return out + node->dump();
    }
    case FormatKind::kProtobuf:
    case FormatKind::kProtobufNoSr:
      return protobuf_bytes_of_json(context_of(engine, topic, key), *node);
    case FormatKind::kAvro: {
      SchemaRegistry& registry = *engine.engine().registry();
      const auto schema = registry.latest(topic + (key ? "-key" : "-value"));
      if (!schema) throw std::invalid_argument("there is no schema to write the records of " + topic + " with");
      return avro_bytes_of_json(*schema, registry, *node);
    }
    default:
      throw std::invalid_argument(std::string("test records in ") + format_name(side.format) + " are not supported yet");
  }
}

JsonNode number_node(const std::string& text) {
  JsonNode node;
  node.kind = JsonNode::Kind::kNumber;
  node.text = text;
  return node;
}

JsonNode text_node(const std::string& text) {
  JsonNode node;
  node.kind = JsonNode::Kind::kString;
  node.text = text;
  return node;
}

JsonNode from_bytes(TestEngine& engine, const std::string& topic, bool key, const std::optional<std::string>& bytes) {
  if (!bytes) return {};
  const TestSide side = side_of(engine, topic, key);
  switch (side.format) {
    case FormatKind::kNone:
      return {};
    case FormatKind::kKafka: {
      const TypeKind kind = side.single ? side.single->kind() : TypeKind::kString;
      const uint64_t bits = from_big_endian_bytes(*bytes);
      if (kind == TypeKind::kInt) return number_node(std::to_string(static_cast<int32_t>(bits)));
      if (kind == TypeKind::kBigint) return number_node(std::to_string(static_cast<int64_t>(bits)));
      if (kind == TypeKind::kDouble) {
        double value;
        std::memcpy(&value, &bits, sizeof value);
        return number_node(java_double(value));
      }
      return text_node(*bytes);
    }
    case FormatKind::kDelimited:
      return text_node(*bytes);
    case FormatKind::kJson:
      return parse_json(*bytes);
    case FormatKind::kJsonSr:
      if (!schema_id_of(*bytes)) throw std::invalid_argument("the record in " + topic + " has no schema id before its JSON");
      return parse_json(std::string_view(*bytes).substr(5));
    case FormatKind::kProtobuf:
    case FormatKind::kProtobufNoSr:
      return json_of_protobuf_bytes(context_of(engine, topic, key), *bytes);
    case FormatKind::kAvro:
      return json_of_avro_bytes(*engine.engine().registry(), *bytes);
    default:
      throw std::invalid_argument(std::string("test records in ") + format_name(side.format) + " are not supported yet");
  }
}

WindowBounds window_bounds(const JsonNode& window) {
  return {std::stoll(window.string_or("start", "0")), std::stoll(window.string_or("end", "0"))};
}

WindowInfo window_info(const JsonNode& window) {
  std::string type = window.string_or("type", "");
  std::transform(type.begin(), type.end(), type.begin(), [](unsigned char c) { return std::toupper(c); });
  if (type == "SESSION") return {sql::WindowClause::Kind::kSession, 0};
  const WindowBounds bounds = window_bounds(window);
  return {sql::WindowClause::Kind::kTumbling, bounds.end - bounds.start};
}

// Cuts the window off the key; the empty string when it is the one that is expected.
std::string take_window(TestEngine& engine, const std::string& topic, const JsonNode& expected, std::optional<std::string>& key) {
  if (!key) return "window: expected one, got no key";
  const SourcePtr source = engine.source_of_topic(topic);
  const WindowInfo info = source && source->window ? *source->window : window_info(expected);
  const auto is_session = [](const WindowInfo& window) { return window.kind == sql::WindowClause::Kind::kSession; };
  if (source && !source->window) return "window: expected one, but the keys of " + source->name + " have none";
  if (is_session(info) != is_session(window_info(expected))) return "window: its type differs";
  const auto split = split_windowed_key(*key, info);
  if (!split) return "window: the key is too short to have one";
  const WindowBounds wanted = window_bounds(expected);
  if (split->window.start != wanted.start || split->window.end != wanted.end) {
    return "window: expected [" + std::to_string(wanted.start) + ", " + std::to_string(wanted.end) + "], got [" +
           std::to_string(split->window.start) + ", " + std::to_string(split->window.end) + "]";
  }
  key = std::string(split->key);
  return "";
}

}  // namespace

OwnedRecord input_record(TestEngine& engine, const std::string& topic, const JsonNode& node) {
  OwnedRecord record;
  record.key = to_bytes(engine, topic, true, node.find("key"));
  record.value = to_bytes(engine, topic, false, node.find("value"));
  record.timestamp = std::stoll(node.string_or("timestamp", "0"));
  if (const JsonNode* window = node.find("window"); window != nullptr && record.key) {
    append_key_window(*record.key, window_info(*window), window_bounds(*window));
  }
  if (const JsonNode* headers = node.find("headers")) {
    for (const JsonNode& header : headers->items) {
      const JsonNode* value = header.find("VALUE");
      std::optional<std::string> bytes;
      if (value != nullptr && !value->is_null()) bytes = base64_decode(value->text);
      record.headers.emplace_back(header.string_or("KEY", ""), bytes);
    }
  }
  return record;
}

std::string compare_record(TestEngine& engine, const std::string& topic, const JsonNode& expected, const OwnedRecord& actual,
                           bool any_time, bool exact) {
  const JsonNode none;
  const JsonNode* key = expected.find("key");
  const JsonNode* value = expected.find("value");
  const SourcePtr source = engine.source_of_topic(topic);
  const bool exact_keys = exact && !(source && source->key_format.kind == FormatKind::kJsonSr);
  const bool exact_values = exact && !(source && source->value_format.kind == FormatKind::kJsonSr);
  std::optional<std::string> key_bytes = actual.key;
  std::string difference;
  if (const JsonNode* window = expected.find("window")) difference = take_window(engine, topic, *window, key_bytes);
  if (!difference.empty()) return difference;
  difference = compare_values(key == nullptr ? none : *key, from_bytes(engine, topic, true, key_bytes), exact_keys);
  if (!difference.empty()) return "key: " + difference;
  difference = compare_values(value == nullptr ? none : *value, from_bytes(engine, topic, false, actual.value), exact_values);
  if (!difference.empty()) return "value: " + difference;
  const std::string time = expected.string_or("timestamp", "");
  if (!time.empty() && !(any_time && time == "0") && std::stoll(time) != actual.timestamp) {
    return "timestamp: expected " + time + ", got " + std::to_string(actual.timestamp);
  }
  const JsonNode* headers = expected.find("headers");
  const size_t expected_headers = headers == nullptr ? 0 : headers->items.size();
  if (expected_headers != actual.headers.size()) {
    return "expected " + std::to_string(expected_headers) + " headers, got " + std::to_string(actual.headers.size());
  }
  for (size_t i = 0; i < expected_headers; ++i) {
    const JsonNode& header = headers->items[i];
    const JsonNode* bytes = header.find("VALUE");
    const bool null = bytes == nullptr || bytes->is_null();
    const bool same = header.string_or("KEY", "") == actual.headers[i].first &&
                      (null ? !actual.headers[i].second : actual.headers[i].second == base64_decode(bytes->text));
    if (!same) return "header " + std::to_string(i) + " differs";
  }
  return "";
}

std::string describe_record(const JsonNode& record) {
  const auto text = [&](const char* name) {
    const JsonNode* node = record.find(name);
    return node == nullptr ? std::string("null") : node->dump();
  };
  std::string out = "key " + text("key") + ", value " + text("value");
  if (record.find("timestamp") != nullptr) out += ", timestamp " + text("timestamp");
  if (record.find("window") != nullptr) out += ", window " + text("window");
  return out;
}

std::string describe_record(TestEngine& engine, const std::string& topic, const OwnedRecord& record) {
  const SourcePtr source = engine.source_of_topic(topic);
  std::optional<std::string> key = record.key;
  std::string window;
  if (source && source->window && key) {
    if (const auto split = split_windowed_key(*key, *source->window)) {
      window = ", window [" + std::to_string(split->window.start) + ", " + std::to_string(split->window.end) + "]";
      key = std::string(split->key);
    }
  }
  const auto text = [&](bool is_key, const std::optional<std::string>& bytes) {
    try {
      return from_bytes(engine, topic, is_key, bytes).dump();
    } catch (const std::exception&) {
      return bytes ? "0x" + hex_encode(*bytes) : std::string("null");
    }
  };
  return "key " + text(true, key) + ", value " + text(false, record.value) + ", timestamp " + std::to_string(record.timestamp) + window;
}

}  // namespace weir::cli
