// PRINT topic: the records of a topic as lines of text, read by the client's own thread.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>

#include "engine/exec/window_key.h"
#include "engine/formats/avro_walk.h"
#include "engine/formats/protobuf_printer.h"
#include "engine/runtime/statement_executor.h"
#include "engine/types/text.h"

namespace weir {

namespace {

// Looks like a JSON value: an object, array, string, number or word.
bool is_json(std::string_view text) {
  if (text[0] == '{' || text[0] == '[' || text[0] == '"' || text == "true" || text == "false" || text == "null")
    return true;
  return text.find_first_not_of("-+.0123456789eE") == std::string_view::npos;
}

// Guesses what the bytes are, record by record, as nothing declares it: JSON (also behind a registry header), text, or
// bytes.
std::string guessed_format(std::string_view bytes) {
  if (const auto id = schema_id_of(bytes)) {
    if (bytes.size() > 5 && is_json(bytes.substr(5))) return "JSON_SR";
    return "bytes with schema " + std::to_string(*id);
  }
  if (!is_valid_utf8(bytes)) return bytes.size() == 4 ? "KAFKA_INT" : bytes.size() == 8 ? "KAFKA_BIGINT" : "BYTES";
  const size_t begin = bytes.find_first_not_of(" \t\r\n");
  if (begin != std::string_view::npos && (bytes[begin] == '{' || bytes[begin] == '[')) return "JSON";
  // Small integers are valid UTF-8 too, but no text begins with a NUL.
  if (!bytes.empty() && bytes[0] == '\0')
    return bytes.size() == 4 ? "KAFKA_INT" : bytes.size() == 8 ? "KAFKA_BIGINT" : "BYTES";
  return "KAFKA_STRING";
}

// Control characters would be the terminal's, and a line break would make two lines of a record.
std::string without_control_characters(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", byte);
    }
  }
  return out;
}

// The texts of payloads whose schema is registered. Belongs to one stream, hence one thread.
class SchemaTexts {
 public:
  explicit SchemaTexts(std::shared_ptr<SchemaRegistry> registry)
      : registry_(registry), protobuf_(std::move(registry)) {}

  // nullopt: the bytes aren't behind the id of a schema that says how to read them.
  std::optional<std::string> text_of(std::string_view bytes) {
    const auto id = schema_id_of(bytes);
    if (!id || !registry_) return std::nullopt;
    if (auto message = protobuf_.text(bytes)) return message;
    try {
      const auto [known, added] = avro_.try_emplace(*id);
      if (added) {
        const RegisteredSchema schema = registry_->schema_by_id(*id);
        if (schema.type == "AVRO") known->second = AvroSchema::parse(schema, *registry_);
      }
      if (known->second) return avro_to_json(*known->second, bytes.substr(5));
    } catch (const SchemaRegistryError&) {
      // Shown as bytes: a payload of another kind may begin like a header.
    } catch (const std::invalid_argument&) {
    }
    return std::nullopt;
  }

 private:
  std::shared_ptr<SchemaRegistry> registry_;
  ProtobufPrinter protobuf_;
  std::map<int, std::shared_ptr<const AvroSchema>> avro_;  // by id; null: of another type, or unknown
};

std::string payload_text(const log::OptionalBytes& bytes, SchemaTexts& schemas) {
  if (!bytes) return "<null>";
  if (const auto text = schemas.text_of(*bytes)) return without_control_characters(*text);
  const std::string format = guessed_format(*bytes);
  if (format == "JSON_SR") return without_control_characters(bytes->substr(5));
  if (format == "JSON" || format == "KAFKA_STRING") return without_control_characters(*bytes);
  if (format == "KAFKA_INT" || format == "KAFKA_BIGINT") {
    uint64_t value = 0;
    for (const char byte : *bytes) value = value << 8 | static_cast<uint8_t>(byte);
    return std::to_string(bytes->size() == 4 ? static_cast<int32_t>(value) : static_cast<int64_t>(value));
  }
  return "0x" + hex_encode(*bytes);
}

class PrintStream final : public RowStream {
 public:
  // `window`: of the topic's keys, if they have one.
  PrintStream(log::Log& log, std::shared_ptr<SchemaRegistry> registry, const log::TopicInfo& topic,
              const std::optional<WindowInfo>& window, const sql::Print& print)
      : id_("print_" + topic.name),
        schemas_(std::move(registry)),
        window_(window),
        limit_(print.limit),
        interval_(std::max<int64_t>(1, print.interval.value_or(1))),
        reader_(log.open_reader()) {
    schema_.push_back({"LINE", Type::string(), false});
    for (int32_t p = 0; p < topic.config.partitions; ++p) {
      reader_->assign({topic.name, p}, print.from_beginning ? log::kEarliest : log::kLatest);
    }
  }

  const PlanSchema& schema() const override { return schema_; }
  const std::string& query_id() const override { return id_; }

  State next(Row& row, std::chrono::milliseconds timeout) override {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (lines_.empty()) {
      if (closed_ || limit_reached()) return State::kDone;
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) return State::kTimeout;
      for (const log::FetchedRecords& fetched : reader_->poll(left, 500)) {
        for (const log::RecordView& record : fetched.records) {
          if (seen_++ % interval_ == 0) lines_.push_back(format(fetched.source.partition, record));
        }
      }
    }
    if (limit_reached()) return State::kDone;
    row = {Value(std::move(lines_.front()))};
    lines_.pop_front();
    ++printed_;
    return State::kRow;
  }

  void close() override {
    closed_ = true;
    reader_->wakeup();
  }
  bool limit_reached() const override { return limit_ && printed_ >= *limit_; }
  std::optional<std::string> error() const override { return std::nullopt; }

 private:
  std::string format(int32_t partition, const log::RecordView& record) {
    std::string time = timestamp_to_text(record.timestamp);  // 2020-01-31T10:15:30.000
    std::replace(time.begin(), time.end(), 'T', ' ');
    std::replace(time.begin(), time.begin() + std::min<size_t>(10, time.size()), '-', '/');
    std::string headers;
    for (const log::HeaderView& header : record.headers) {
      headers += (headers.empty() ? ", headers: {" : ", ") + std::string(header.key) + ": " +
                 payload_text(header.value, schemas_);
    }
    if (!headers.empty()) headers += "}";
    return fmt::format("rowtime: {} Z, key: {}, value: {}, partition: {}{}", time, key_text(record.key),
                       payload_text(record.value, schemas_), partition, headers);
  }

  // [key@start/end] where the key has a window.
  std::string key_text(const log::OptionalBytes& bytes) {
    const auto split = window_ && bytes ? split_windowed_key(*bytes, *window_) : std::nullopt;
    if (!split) return payload_text(bytes, schemas_);
    return fmt::format("[{}@{}/{}]", payload_text(split->key, schemas_), split->window.start, split->window.end);
  }

  std::string id_;
  SchemaTexts schemas_;
  std::optional<WindowInfo> window_;
  PlanSchema schema_;
  std::optional<int64_t> limit_;
  int64_t interval_, seen_ = 0, printed_ = 0;
  std::unique_ptr<log::LogReader> reader_;
  std::deque<std::string> lines_;
  std::atomic<bool> closed_{false};
};

}  // namespace

StatementResult StatementExecutor::execute(const sql::Print& s) {
  const auto topic = engine_.services_.log->describe_topic(s.topic);
  if (!topic) {
    std::vector<std::string> names;
    for (const log::TopicInfo& known : engine_.services_.log->list_topics()) names.push_back(known.name);
    refuse("The topic '" + s.topic + "' does not exist." + suggestion(s.topic, names, "'") +
           " SHOW TOPICS lists them all.");
  }
  std::optional<WindowInfo> window;
  for (const SourcePtr& source : engine_.catalog_->sources()) {
    if (source->topic == s.topic && source->window) window = source->window;
  }
  StatementResult result;
  result.rows =
      std::make_shared<PrintStream>(*engine_.services_.log, engine_.services_.tasks.registry, *topic, window, s);
  result.is_print = true;
  return result;
}

}  // namespace weir
