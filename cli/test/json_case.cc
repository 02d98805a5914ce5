#include "cli/test/json_case.h"

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "cli/test/case_functions.h"
#include "cli/test/case_match.h"
#include "cli/test/record_values.h"
#include "cli/test/side_by_side.h"
#include "cli/test/spread.h"
#include "cli/test/test_engine.h"
#include "engine/formats/schema_identity.h"

namespace weir::cli {

namespace {

std::vector<std::string> string_list(const JsonNode* node) {
  std::vector<std::string> out;
  if (node == nullptr) return out;
  for (const JsonNode& item : node->items) out.push_back(item.text);
  return out;
}

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
  return text;
}

const std::vector<JsonNode>& list_of(const JsonCase& test, const char* name) {
  static const std::vector<JsonNode> none;
  const JsonNode* node = test.node.find(name);
  return node == nullptr ? none : node->items;
}

class CaseFailure : public std::runtime_error {
 public:
  explicit CaseFailure(const std::string& reason, std::string details_in = {})
      : std::runtime_error(reason), details(std::move(details_in)) {}
  std::string details;
};
class CaseSkip : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One run of one case.
class CaseRun {
 public:
  CaseRun(const JsonCase& test, const TestOptions& options)
      : test_(test), engine_({test.properties.begin(), test.properties.end()}, options, case_functions()) {}

  void run() {
    create_topics();
    const bool refused = run_statements();
    for (const JsonNode& record : list_of(test_, "outputs")) engine_.ensure_topic(record.string_or("topic", ""));
    const JsonNode* expected = test_.node.find("expectedException");
    if (refused) return;
    if (engine_.engine().query_definitions().empty() && expected == nullptr) throw CaseFailure("no query was made");
    if (expected != nullptr && list_of(test_, "inputs").empty()) {
      // What ksqlDB lacks, Weir may have.
      const std::string message = expected->string_or("message", "");
      if (message.find("not yet supported") != std::string::npos) throw CaseSkip("only ksqlDB refuses it: " + message);
      throw CaseFailure("nothing was refused, but it should be");
    }
    process();
    if (expected != nullptr) throw CaseFailure("processing went on, but it should end");
    check_outputs();
    check_sources();
    check_topics();
  }

 private:
  void create_topics() {
    std::map<std::string, DeclaredTopic> declared;
    for (const std::string& text : test_.statements) {
      for (DeclaredTopic& topic : topics_of_create(text)) declared.emplace(topic.name, topic);
    }
    for (const JsonNode& topic : list_of(test_, "topics")) {
      const std::string name = topic.string_or("name", "");
      const std::string partitions = topic.string_or("numPartitions", topic.string_or("partitions", ""));
      engine_.ensure_topic(name, !partitions.empty() ? std::stoi(partitions) : declared.contains(name) ? declared[name].partitions : 1);
    }
    register_schemas(true);
    for (const auto& [name, topic] : declared) {
      if (topic.has_columns) engine_.ensure_topic(name, topic.partitions);
    }
    for (const JsonNode& record : list_of(test_, "inputs")) engine_.ensure_topic(record.string_or("topic", ""));
  }

  // The schemas of the topics that the case's CREATE statements read are there first; those of sinks come when the first
  // query does. Cases that give no ids count on ids being handed out in that order.
  void register_schemas(bool of_sources) {
    const std::set<std::string> sources = source_topics();
    for (const JsonNode& topic : list_of(test_, "topics")) {
      if (sources.contains(topic.string_or("name", "")) != of_sources) continue;
      for (const bool key : {true, false}) register_topic_schema(topic, key);
    }
  }

  std::set<std::string> source_topics() const {
    std::set<std::string> out;
    for (const std::string& text : test_.statements) {
      for (const DeclaredTopic& topic : topics_of_create(text)) out.insert(topic.name);
    }
    return out;
  }

  // The schemas that a topic of the case brings along, with their ids where it gives any.
  void register_topic_schema(const JsonNode& topic, bool key) {
    const std::string side = key ? "key" : "value";
    const JsonNode* schema = topic.find(side + "Schema");
    if (schema == nullptr || schema->is_null()) return;
    SchemaRegistry& registry = *engine_.engine().registry();
    RegisteredSchema given;
    given.subject = topic.string_or("name", "") + "-" + side;
    given.type = schema_type_of(topic.string_or(side + "Format", "AVRO"));
    given.schema = schema_text_of(given.type, *schema);
    if (const JsonNode* references = topic.find(side + "SchemaReferences")) {
      for (const JsonNode& reference : references->items) {
        // A schema that others refer to is registered under the name that they use for it.
        const std::string name = reference.string_or("name", "");
        const std::string type = schema_type_of(reference.string_or("format", "AVRO"));
        const JsonNode* text = reference.find("schema");
        if (text == nullptr) throw CaseFailure("the schema reference " + name + " has no schema");
        registry.register_schema(name, type, schema_text_of(type, *text));
        given.references.push_back({name, name, 1});
      }
    }
    const std::string id = topic.string_or(side + "SchemaId", "");
    if (id.empty()) {
      registry.register_schema(given.subject, given.type, given.schema, given.references);
    } else {
      given.id = std::stoi(id);
      given.version = 1;
      registry.import_schema(given);
    }
  }

  static std::string schema_type_of(const std::string& format) { return format.starts_with("JSON") ? "JSON" : format; }
  // Protobuf's schemas are strings in a case, the others are JSON in its place: "int" is Avro's with its quotes.
  static std::string schema_text_of(const std::string& type, const JsonNode& schema) {
    return type == "PROTOBUF" ? schema.text : schema.dump();
  }

  // KAFKA_TOPIC and PARTITIONS of statements that declare columns: such topics exist before the statements run.
  struct DeclaredTopic {
    std::string name;
    int32_t partitions = 1;
    bool has_columns = false;
  };
  static std::vector<DeclaredTopic> topics_of_create(const std::string& text) {
    std::vector<DeclaredTopic> out;
    std::vector<sql::StatementPtr> statements;
    try {
      statements = sql::parse_script(text);
    } catch (const StatementError&) {
      return out;  // it fails again when it is run
    }
    for (const sql::StatementPtr& statement : statements) {
      const auto* create = std::get_if<sql::CreateSource>(&statement->body);
      if (create == nullptr) continue;
      std::string topic;
      int32_t partitions = 1;
      for (const sql::Property& property : create->properties) {
        if (property.name == "KAFKA_TOPIC" && property.value->kind == sql::ExprKind::kString) {
          topic = static_cast<const sql::StringLiteral&>(*property.value).value;
        }
        if (property.name == "PARTITIONS" && property.value->kind == sql::ExprKind::kInteger) {
          partitions = static_cast<int32_t>(static_cast<const sql::IntegerLiteral&>(*property.value).value);
        }
      }
      if (!topic.empty() && partitions > 0) out.push_back({topic, partitions, !create->elements.empty()});
    }
    return out;
  }

  // True when the expected refusal came.
  bool run_statements() {
    const JsonNode* expected = test_.node.find("expectedException");
    std::string script;
    for (const std::string& text : test_.statements) script += text + "\n";
    std::vector<sql::StatementText> pieces;
    try {
      pieces = sql::split_statements(script);
    } catch (const StatementError& e) {
      return judge_refusal(e, true, expected);
    }
    bool sinks_have_schemas = false;
    for (size_t i = 0; i < pieces.size(); ++i) {
      if (!sinks_have_schemas && (i + 1 == pieces.size() || makes_query(pieces[i].text))) {
        sinks_have_schemas = true;
        register_schemas(false);
      }
      try {
        engine_.execute(pieces[i].text + ";");
      } catch (const StatementError& e) {
        return judge_refusal(e, i + 1 == pieces.size(), expected);
      }
    }
    return false;
  }

  static bool makes_query(const std::string& text) {
    try {
      const sql::StatementPtr statement = sql::parse_statement(text + ";");
      return std::holds_alternative<sql::CreateSourceAs>(statement->body);
    } catch (const StatementError&) {
      return false;
    }
  }

  static bool judge_refusal(const StatementError& e, bool last, const JsonNode* expected) {
    const std::string message = e.what();
    if (e.kind() == StatementError::Kind::kNotSupported || message.find("not supported yet") != std::string::npos) {
      throw CaseSkip(message);
    }
    if (expected == nullptr) throw CaseFailure("refused: " + message);
    if (e.kind() == StatementError::Kind::kInternal) throw CaseFailure(message);
    if (!last) throw CaseFailure("a statement before the last was refused: " + message);
    const std::string type = expected->string_or("type", "");
    if (type.find("ParseFailed") != std::string::npos && e.kind() != StatementError::Kind::kSyntax) {
      throw CaseFailure("refused, but not by the parser: " + message);
    }
    const std::string wanted = expected->string_or("message", "");
    const auto missing = missing_names(wanted, message);
    if (!missing.empty()) throw CaseFailure("the refusal doesn't name " + missing.front() + ": " + message + "  (expected: " + wanted + ")");
    return true;
  }

  void process() {
    for (const JsonNode& input : list_of(test_, "inputs")) {
      const std::string topic = input.string_or("topic", "");
      engine_.append(topic, input_record(engine_, topic, input));
    }
    std::set<std::string> input_topics;
    for (const JsonNode& input : list_of(test_, "inputs")) input_topics.insert(input.string_or("topic", ""));
    for (const auto& query : engine_.engine().query_definitions()) {
      auto driver = engine_.drive(
          query, true, [this](const std::string& topic, const OwnedRecord& record) { engine_.append(topic, record); },
          [this](const ProcessingError& error) { errors_.push_back(error.message); });
      for (const JsonNode& input : list_of(test_, "inputs")) {
        const std::string topic = input.string_or("topic", "");
        if (driver->reads(topic)) pipe(*driver, topic, input_record(engine_, topic, input));
      }
      std::set<std::string> done = input_topics;
      for (const PlanNodePtr& source : query->plan.sources()) {
        const std::string& topic = source->source->topic;
        if (!done.insert(topic).second) continue;
        for (const OwnedRecord& record : engine_.records(topic)) pipe(*driver, topic, record);
      }
    }
  }

  void pipe(QueryDriver& driver, const std::string& topic, const OwnedRecord& record) {
    engine_.pipe(driver, topic, log::OwnedRecordView(record).get());
  }

  void check_outputs() {
    std::map<std::string, std::vector<const JsonNode*>> by_topic;
    for (const JsonNode& output : list_of(test_, "outputs")) by_topic[output.string_or("topic", "")].push_back(&output);
    const bool any_time = list_of(test_, "inputs").empty();
    const bool exact = property("use.exact.numeric.comparison") != "false";
    for (const auto& [topic, expected] : by_topic) {
      const std::vector<OwnedRecord> actual = engine_.records(topic);
      const size_t common = std::min(expected.size(), actual.size());
      for (size_t i = 0; i < common; ++i) {
        const std::string difference = compare_record(engine_, topic, *expected[i], actual[i], any_time, exact);
        if (!difference.empty()) {
          throw CaseFailure(topic + " record " + std::to_string(i) + ": " + difference + first_error(),
                            show_records(topic, expected, actual, i));
        }
      }
      if (expected.size() != actual.size()) {
        throw CaseFailure(topic + ": expected " + std::to_string(expected.size()) + " records, got " +
                          std::to_string(actual.size()) +
                          (actual.size() > common ? ", the first extra one: " + describe_record(engine_, topic, actual[common]) : "") +
                              first_error(),
                          show_records(topic, expected, actual, common));
      }
    }
  }

  std::string show_records(const std::string& topic, const std::vector<const JsonNode*>& expected, const std::vector<OwnedRecord>& actual, size_t first) {
    std::vector<std::string> left, right;
    for (const JsonNode* node : expected) left.push_back(describe_record(*node));
    for (const OwnedRecord& record : actual) right.push_back(describe_record(engine_, topic, record));
    return side_by_side(left, right, first);
  }

  std::string first_error() const { return errors_.empty() ? "" : "  (processing log: " + errors_.front() + ")"; }

  std::string property(const std::string& name) const {
    for (const auto& [key, value] : test_.properties) {
      if (key == name) return value;
    }
    return "";
  }

  void check_sources() {
    const JsonNode* post = test_.node.find("post");
    const JsonNode* sources = post == nullptr ? nullptr : post->find("sources");
    if (sources == nullptr) return;
    for (const JsonNode& expected : sources->items) {
      const std::string name = expected.string_or("name", "");
      const SourcePtr source = engine_.engine().catalog().find_source(name);
      if (!source) throw CaseFailure("the source " + name + " doesn't exist afterwards");
      const std::string difference = compare_source(expected, *source);
      if (!difference.empty()) throw CaseFailure(name + ": " + difference);
    }
  }

  void check_topics() {
    const JsonNode* post = test_.node.find("post");
    const JsonNode* topics = post == nullptr ? nullptr : post->find("topics");
    if (topics == nullptr) return;
    const std::vector<log::TopicInfo> actual = engine_.engine().log().list_topics();
    if (const JsonNode* blacklist = topics->find("blacklist")) {
      const std::regex pattern(blacklist->text);
      for (const log::TopicInfo& topic : actual) {
        if (std::regex_match(topic.name, pattern)) throw CaseFailure("there must be no topic " + topic.name);
      }
    }
    const JsonNode* list = topics->find("topics");
    if (list == nullptr) return;
    for (const JsonNode& expected : list->items) {
      const std::string name = expected.string_or("name", "");
      if (name.starts_with("_confluent-ksql")) continue;  // internals of Kafka Streams
      const auto found = engine_.engine().log().describe_topic(name);
      if (!found) throw CaseFailure("the topic " + name + " doesn't exist afterwards");
      // Their "partitions" is what ksqlDB's stub of a broker says of any topic, whatever was declared: nothing to compare.
      for (const char* side : {"key", "value"}) check_schema(name, expected, side);
    }
  }

  // What the sink registered: Avro's schemas are compared as JSON, Protobuf's word by word.
  void check_schema(const std::string& topic, const JsonNode& expected, const std::string& side) {
    const JsonNode* schema = expected.find(side + "Schema");
    const JsonNode* format = expected.find(side + "Format");
    const std::string type = format == nullptr ? "" : format->string_or("format", "");
    if (schema == nullptr || (type != "AVRO" && type != "PROTOBUF")) return;
    const std::string subject = topic + "-" + side;
    const auto actual = engine_.engine().registry()->latest(subject);
    if (!actual) throw CaseFailure("the subject " + subject + " has no schema");
    if (actual->type != type) throw CaseFailure("the subject " + subject + " has a schema of type " + actual->type);
    if (type == "AVRO") {
      const std::string difference = compare_values(*schema, parse_json(actual->schema), true);
      if (!difference.empty()) throw CaseFailure("the schema of " + subject + ": " + difference);
    } else if (canonical_schema(type, actual->schema) != canonical_schema(type, schema->text)) {
      throw CaseFailure("the subject " + subject + " has the schema " + actual->schema);
    }
  }

  const JsonCase& test_;
  TestEngine engine_;
  std::vector<std::string> errors_;
};

}  // namespace

std::vector<JsonCase> read_json_cases(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const JsonNode root = parse_json(text.str());
  const JsonNode* tests = root.find("tests");
  if (tests == nullptr) throw std::invalid_argument(path + " has no \"tests\"");
  std::vector<JsonCase> out;
  for (const JsonNode& node : tests->items) {
    std::vector<std::string> formats = string_list(node.find("format"));
    std::vector<std::string> configs = string_list(node.find("config"));
    if (formats.empty()) formats.emplace_back();
    if (configs.empty()) configs.emplace_back();
    for (const std::string& format : formats) {
      for (const std::string& config : configs) {
        JsonCase test;
        test.file = std::filesystem::path(path).filename().string();
        test.name = node.string_or("name", "") + (format.empty() ? "" : " - " + format) + (config.empty() ? "" : " - " + config);
        for (const std::string& statement : string_list(node.find("statements"))) {
          test.statements.push_back(format.empty() ? statement : replace_all(statement, "{FORMAT}", format));
        }
        if (const JsonNode* properties = node.find("properties")) {
          for (const auto& [name, value] : properties->members) {
            const std::string given = value.kind == JsonNode::Kind::kBoolean ? (value.boolean ? "true" : "false") : value.text;
            test.properties.emplace_back(name, given == "{CONFIG}" ? config : given);
          }
        }
        const JsonNode* enabled = node.find("enabled");
        if (enabled != nullptr && enabled->kind == JsonNode::Kind::kBoolean && !enabled->boolean) test.skip = "the case is disabled";
        if (node.find("responses") != nullptr || node.find("expectedError") != nullptr) test.skip = "needs the REST server, not supported yet";
        test.node = node;
        out.push_back(std::move(test));
      }
    }
  }
  return out;
}

TestResult run_json_case(const JsonCase& test, const TestOptions& options) {
  TestResult result{test.file, test.name, TestResult::Outcome::kPassed, ""};
  if (!test.skip.empty()) {
    result.outcome = TestResult::Outcome::kSkipped;
    result.reason = test.skip;
    return result;
  }
  try {
    CaseRun(test, options).run();
  } catch (const CaseSkip& e) {
    result.outcome = TestResult::Outcome::kSkipped;
    result.reason = e.what();
  } catch (const OrderMatters& e) {
    result.outcome = TestResult::Outcome::kSkipped;
    result.reason = e.what();
  } catch (const CaseFailure& e) {
    result.outcome = TestResult::Outcome::kFailed;
    result.reason = e.what();
    result.details = e.details;
  } catch (const std::exception& e) {
    result.outcome = TestResult::Outcome::kFailed;
    result.reason = e.what();
  }
  return result;
}

}  // namespace weir::cli
