#include "cli/test/sql_case.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "cli/script_path.h"
#include "cli/test/case_match.h"
#include "cli/test/spread.h"
#include "cli/test/test_engine.h"
#include "engine/exec/window_key.h"
#include "engine/exec/expression.h"
#include "engine/runtime/dead_letter_replay.h"
#include "engine/runtime/processing_log.h"
#include "engine/sql/formatter.h"

namespace weir::cli {

namespace {

class SqlFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class SqlCaseRun {
 public:
  SqlCaseRun(const SqlCase& test, const TestOptions& options) : test_(test), folder_(test.folder), engine_({}, options) {}

  void run() { run_text(test_.text); }
  // Of the queries that records have ended, by their ids.
  const std::map<std::string, std::string>& ended() const { return ended_; }

 private:
  void run_text(const std::string& text) {
    for (const sql::StatementText& piece : sql::split_statements(text)) {
      const sql::StatementPtr statement = sql::parse_statement(piece.text + ";", engine_.session().variables, sql::Language::kTestScripts);
      if (const auto* script = std::get_if<sql::RunScript>(&statement->body)) {
        run_script(script->path);
      } else if (const auto* values = std::get_if<sql::AssertValues>(&statement->body)) {
        assert_values(*values, piece);
      } else if (const auto* source = std::get_if<sql::AssertSource>(&statement->body)) {
        assert_source(*source, piece);
      } else {
        execute(*statement);
      }
    }
  }

  void run_script(const std::string& written) {
    std::string path = script_path(written, folder_);
    // ksqlDB's own tests mean the folder of the file by the root.
    if (written.starts_with('/') && !std::filesystem::exists(path)) path = folder_ + written;
    std::ifstream file(path);
    if (!file) throw SqlFailure("the script " + written + " isn't there");
    std::stringstream text;
    text << file.rdbuf();
    const std::string outer = std::exchange(folder_, std::filesystem::path(path).parent_path().string());
    run_text(text.str());
    folder_ = outer;
  }

  void execute(const sql::Statement& statement) {
    if (const auto* create = std::get_if<sql::CreateSource>(&statement.body)) prepare_topic(*create);
    if (const auto* set = std::get_if<sql::SetProperty>(&statement.body)) {
      if (Config::find(set->name) == nullptr) return;  // of another engine: means nothing here
    }
    if (std::holds_alternative<sql::ReplayDeadLetters>(statement.body)) engine_.require_one_partition();
    engine_.execute(statement);
    start_new_queries();
    if (std::holds_alternative<sql::ReplayDeadLetters>(statement.body)) replay();
    if (const auto* insert = std::get_if<sql::InsertValues>(&statement.body)) {
      const SourcePtr source = engine_.engine().catalog().find_source(insert->target.name);
      const std::vector<OwnedRecord> records = engine_.records(source->topic);
      for (size_t i = fed_[source->topic]; i < records.size(); ++i) feed(source->topic, records[i]);
      fed_[source->topic] = engine_.records(source->topic).size();
    }
  }

  // What the statement has copied goes through its query, as it was.
  void replay() {
    for (const auto& [id, driver] : drivers_) {
      for (const std::string& topic : replay_topics_of(engine_.engine().log(), driver->query())) {
        const std::vector<OwnedRecord> letters = engine_.records(topic);
        for (size_t& next = fed_[topic]; next < letters.size(); ++next) {
          driver->replay(log::OwnedRecordView(letters[next]).get());
        }
      }
    }
  }

  // A topic of declared columns is there before its stream is, as with a producer that came first.
  void prepare_topic(const sql::CreateSource& create) {
    for (const sql::Property& property : create.properties) {
      if (property.name == "PARTITIONS") return;
    }
    for (const sql::Property& property : create.properties) {
      if (property.name == "KAFKA_TOPIC" && property.value->kind == sql::ExprKind::kString && !create.elements.empty()) {
        engine_.ensure_topic(static_cast<const sql::StringLiteral&>(*property.value).value);
      }
    }
  }

  void start_new_queries() {
    std::map<std::string, std::unique_ptr<QueryDriver>> still;
    std::vector<std::string> resumed;
    for (const auto& query : engine_.engine().query_definitions()) {
      auto found = drivers_.find(query->id);
      if (found != drivers_.end() && &found->second->query() == query.get()) {
        still[query->id] = std::move(found->second);
        continue;
      }
      if (found == drivers_.end()) order_.push_back(query->id);
      still[query->id] = engine_.drive(
          query, true, [this](const std::string& topic, const OwnedRecord& record) { emit(topic, record); },
          [this, id = query->id](const ProcessingError& error) {
            OwnedRecord report;
            report.key = id;
            report.value = processing_log_value(id, error);
            emit(engine_.engine().services().processing_log_topic, report);
          });
      if (found != drivers_.end()) still[query->id]->go_on_from(*found->second);
      if (ended_.contains(query->id)) resumed.push_back(query->id);
    }
    drivers_ = std::move(still);
    for (const std::string& id : resumed) make_up_for(id, *drivers_.at(id));
  }

  void emit(const std::string& topic, const OwnedRecord& record) {
    engine_.append(topic, record);
    ++fed_[topic];
    feed(topic, record);
  }

  // Depth first: what a query gives goes through its readers before its next record is taken.
  void feed(const std::string& topic, const OwnedRecord& record) {
    for (const std::string& id : order_) {
      const auto driver = drivers_.find(id);
      if (driver == drivers_.end() || !driver->second->reads(topic)) continue;
      if (ended_.contains(id)) {
        missed_[id].emplace_back(topic, record);
      } else {
        pipe(id, *driver->second, topic, record);
      }
    }
  }

  // A query that a record ends misses it and all that come, until it is started anew.
  void pipe(const std::string& id, QueryDriver& driver, const std::string& topic, const OwnedRecord& record) {
    try {
      engine_.pipe(driver, topic, log::OwnedRecordView(record).get());
    } catch (const OrderMatters&) {
      throw;
    } catch (const std::exception& e) {
      ended_[id] = e.what();
      driver.query().status->set(QueryStatus::State::kError, e.what());
      missed_[id].emplace_back(topic, record);
    }
  }

  void make_up_for(const std::string& id, QueryDriver& driver) {
    ended_.erase(id);
    const auto missed = std::exchange(missed_[id], {});
    for (const auto& [topic, record] : missed) {
      if (ended_.contains(id)) {
        missed_[id].emplace_back(topic, record);
      } else {
        pipe(id, driver, topic, record);
      }
    }
  }

  [[noreturn]] static void fail(const sql::StatementText& piece, const std::string& reason) {
    throw SqlFailure("line " + std::to_string(piece.pos.line) + ": " + reason);
  }

  void assert_values(const sql::AssertValues& expected, const sql::StatementText& piece) {
    const SourcePtr source = engine_.engine().catalog().find_source(expected.source.name);
    if (!source) fail(piece, "there is no source " + expected.source.name);
    const std::vector<OwnedRecord> records = engine_.records(source->topic);
    const size_t index = asserted_[source->topic]++;
    if (index >= records.size()) {
      fail(piece, "expected another record in " + source->topic + ", but it holds " + std::to_string(records.size()));
    }
    const OwnedRecord& record = records[index];
    if (expected.tombstone && record.value) fail(piece, "expected a NULL value, got " + *record.value);
    if (!expected.tombstone && !record.value && !source->value_columns().empty()) fail(piece, "the record's value is NULL");

    BindContext context;
    context.catalog = &engine_.engine().catalog();
    context.functions = &engine_.engine().functions();
    sql::InsertValues as_insert{expected.source, expected.columns, expected.values};
    Source writable = *source;  // also what can't be inserted into can be asserted
    writable.read_only = false;
    writable.window.reset();
    OwnedRecord inner = record;
    std::vector<Value> window;
    if (source->window) {
      window = take_window(*source, inner, piece);
      for (const char* name : {"WINDOWSTART", "WINDOWEND"}) {
        if (is_named(expected, name)) writable.columns.push_back({name, Type::bigint(), SourceColumn::Role::kValue, {}});
      }
    }
    Catalog catalog;
    for (const auto& [name, type] : engine_.engine().catalog().types()) catalog.put_type(name, type);
    catalog.put_source(std::make_shared<const Source>(writable));
    context.catalog = &catalog;
    const BoundInsertValues bound = bind_insert_values(as_insert, context);
    if (bound.rowtime) {
      const int64_t time = evaluate_constant(bound.rowtime).as_int();
      if (time != record.timestamp) {
        fail(piece, "expected ROWTIME " + std::to_string(time) + ", got " + std::to_string(record.timestamp));
      }
    }
    std::vector<Value> actual = decode(*source, inner, piece);
    for (size_t c = source->columns.size(); c < writable.columns.size(); ++c) {
      actual.push_back(window[writable.columns[c].name == "WINDOWSTART" ? 0 : 1]);
    }
    for (size_t c = 0; c < writable.columns.size(); ++c) {
      const SourceColumn& column = writable.columns[c];
      const bool named = expected.columns.empty() || is_named(expected, column.name);
      const bool of_value = column.role == SourceColumn::Role::kValue && c < source->columns.size();
      if (!named || (expected.tombstone && of_value)) continue;
      const Value wanted = evaluate_constant(bound.values[c]);
      if (!(wanted == actual[c])) {
        fail(piece, "column " + column.name + ": expected " + (wanted.is_null() ? "NULL" : to_text(wanted, *column.type)) +
                        ", got " + (actual[c].is_null() ? "NULL" : to_text(actual[c], *column.type)));
      }
    }
  }

  static bool is_named(const sql::AssertValues& expected, const std::string& column) {
    return std::any_of(expected.columns.begin(), expected.columns.end(),
                       [&](const sql::Identifier& name) { return name.name == column; });
  }

  // Cuts the window off the record's key and gives its start and end.
  static std::vector<Value> take_window(const Source& source, OwnedRecord& record, const sql::StatementText& piece) {
    if (!record.key) return {Value(), Value()};
    const std::optional<WindowedKey> split = split_windowed_key(*record.key, *source.window);
    if (!split) fail(piece, "the record's key is too short to end with a window");
    std::vector<Value> out = {Value(split->window.start), Value(split->window.end)};
    record.key = std::string(split->key);
    return out;
  }

  std::vector<Value> decode(const Source& source, const OwnedRecord& record, const sql::StatementText& piece) {
    Arena arena;
    std::vector<Value> out(source.columns.size());
    for (const bool key : {true, false}) {
      FormatContext context{key ? source.key_format : source.value_format, key, source.topic, {}, engine_.engine().registry()};
      std::vector<int> wanted;
      std::vector<size_t> places;
      std::vector<std::shared_ptr<Column>> columns;
      std::vector<Column*> pointers;
      for (size_t c = 0; c < source.columns.size(); ++c) {
        if (source.columns[c].role != (key ? SourceColumn::Role::kKey : SourceColumn::Role::kValue)) continue;
        context.columns.push_back({source.columns[c].name, source.columns[c].type});
        wanted.push_back(static_cast<int>(wanted.size()));
        places.push_back(c);
        columns.push_back(std::make_shared<Column>(source.columns[c].type));
        pointers.push_back(columns.back().get());
      }
      if (wanted.empty()) continue;
      log::OptionalBytes payload;
      const auto& bytes = key ? record.key : record.value;
      if (bytes) payload = *bytes;
      RowErrors errors;
      RowBits bad;
      make_decoder(context, wanted)->decode(std::span(&payload, 1), pointers, arena, errors, bad);
      if (errors.count() > 0) fail(piece, "the record can't be read: " + errors.errors().front().message);
      for (size_t i = 0; i < places.size(); ++i) out[places[i]] = columns[i]->value(0);
    }
    return out;
  }

  void assert_source(const sql::AssertSource& expected, const sql::StatementText& piece) {
    const SourcePtr source = engine_.engine().catalog().find_source(expected.name.name);
    if (!source) fail(piece, "there is no source " + expected.name.name);
    if (source->kind != expected.kind) fail(piece, "it is a " + std::string(sql::source_kind_name(source->kind)));
    std::string wanted, got;
    using Role = sql::ColumnDefinition::Role;
    for (const auto& element : expected.elements) {
      wanted += element.name.name + " " + resolve_type(*element.type, &engine_.engine().catalog())->to_string() +
                (element.role == Role::kKey || element.role == Role::kPrimaryKey ? " KEY, "
                 : element.role == Role::kValue                                 ? ", "
                                                                                : " HEADERS, ");
    }
    for (const SourceColumn& column : source->columns) {
      got += column.name + " " + column.type->to_string() +
             (column.role == SourceColumn::Role::kKey ? " KEY, " : column.role == SourceColumn::Role::kValue ? ", " : " HEADERS, ");
    }
    if (!expected.elements.empty() && wanted != got) fail(piece, "expected the columns " + wanted + "got " + got);
    for (const sql::Property& property : expected.properties) {
      std::string value = property.value->kind == sql::ExprKind::kString
                                    ? static_cast<const sql::StringLiteral&>(*property.value).value
                                    : sql::to_sql(*property.value);
      std::string actual = value;
      if (property.name == "KAFKA_TOPIC") actual = source->topic;
      if (property.name == "KEY_FORMAT") actual = format_name(source->key_format.kind);
      if (property.name == "VALUE_FORMAT") actual = format_name(source->value_format.kind);
      if (property.name == "TIMESTAMP") {
        actual = source->timestamp_column;
        value = static_cast<const sql::ColumnRef&>(*sql::parse_expression(value)).name.name;
      }
      if (property.name == "WRAP_SINGLE_VALUE") {
        actual = source->value_format.wrap_single_value ? "TRUE" : "FALSE";
        std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) { return std::toupper(c); });
      }
      if (property.name == "TIMESTAMP_FORMAT") actual = source->timestamp_format;
      if (actual != value) fail(piece, property.name + ": expected " + value + ", got " + actual);
    }
  }

  const SqlCase& test_;
  std::string folder_;  // of the file that is being run
  TestEngine engine_;
  std::map<std::string, std::unique_ptr<QueryDriver>> drivers_;
  std::vector<std::string> order_;
  std::map<std::string, size_t> fed_, asserted_;
  std::map<std::string, std::string> ended_;  // queries that a record has ended → why
  std::map<std::string, std::vector<std::pair<std::string, OwnedRecord>>> missed_;
};

std::string after_colon(const std::string& line) {
  std::string text = line.substr(line.find(':') + 1);
  text.erase(0, text.find_first_not_of(" \t"));
  text.erase(text.find_last_not_of(" \t\r") + 1);
  return text;
}

// Empty when the error is the expected one.
std::string judge_error(const SqlCase& test, const StatementError& e) {
  const std::string& kind = test.expected_error;
  const bool foreign = kind.find('.') != std::string::npos;
  const char* actual = e.kind() == StatementError::Kind::kSyntax         ? "syntax"
                       : e.kind() == StatementError::Kind::kInvalid      ? "invalid"
                       : e.kind() == StatementError::Kind::kNotSupported ? "not_supported"
                                                                         : "internal";
  if (!foreign && kind != "any" && kind != actual) return "expected an error of kind " + kind + ", got " + actual + ": " + e.what();
  if (e.kind() == StatementError::Kind::kInternal) return e.what();
  if (foreign) {
    const auto missing = missing_names(test.expected_message, e.what());
    return missing.empty() ? "" : "the refusal doesn't name " + missing.front() + ": " + e.what();
  }
  if (std::string(e.what()).find(test.expected_message) == std::string::npos) {
    return "expected a message with \"" + test.expected_message + "\", got: " + e.what();
  }
  return "";
}

}  // namespace

std::vector<SqlCase> read_sql_cases(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::invalid_argument("can't be read");
  SqlCase current;
  current.file = std::filesystem::path(path).filename().string();
  current.folder = std::filesystem::path(path).parent_path().string();
  current.name = current.file;
  std::vector<SqlCase> out;
  bool named = false;
  std::string line;
  const auto close = [&] {
    if (named || !sql::split_statements(current.text).empty()) out.push_back(current);
  };
  int lines = 0;
  while (std::getline(file, line)) {
    if (line.starts_with("--@test:")) {
      if (named || current.text.find(';') != std::string::npos) close();
      named = true;
      current.name = after_colon(line);
      current.text.assign(static_cast<size_t>(lines), '\n');  // so that lines count in the file
      current.expected_error.clear();
      current.expected_message.clear();
    } else if (line.starts_with("--@expected.error:")) {
      current.expected_error = after_colon(line);
    } else if (line.starts_with("--@expected.message:")) {
      current.expected_message = after_colon(line);
    }
    current.text += line + "\n";
    ++lines;
  }
  close();
  return out;
}

TestResult run_sql_case(const SqlCase& test, const TestOptions& options) {
  TestResult result{test.file, test.name, TestResult::Outcome::kPassed, ""};
  const auto fail = [&](const std::string& reason) {
    result.outcome = TestResult::Outcome::kFailed;
    result.reason = reason;
  };
  const bool refusal = !test.expected_error.empty() || !test.expected_message.empty();
  try {
    SqlCaseRun run(test, options);
    run.run();
    std::string reasons;
    for (const auto& [id, reason] : run.ended()) reasons += (reasons.empty() ? id : "; " + id) + " ended: " + reason;
    if (test.expected_error == "query") {
      if (reasons.empty()) {
        fail("no query has ended, but one should");
      } else if (reasons.find(test.expected_message) == std::string::npos) {
        fail("expected a query to end with \"" + test.expected_message + "\", but " + reasons);
      }
    } else if (!reasons.empty()) {
      fail(reasons);
    } else if (refusal) {
      fail("nothing was refused, but it should be");
    }
  } catch (const SqlFailure& e) {
    // A test of the assertions themselves.
    const bool wanted = test.expected_error == "assertion" || test.expected_error == "java.lang.AssertionError" ||
                        test.expected_error == "io.confluent.ksql.util.KsqlException";
    if (!wanted) fail(e.what());
  } catch (const StatementError& e) {
    const bool foreign = test.folder.find("sql-tests") != std::string::npos;
    if (foreign && e.kind() == StatementError::Kind::kNotSupported) {
      result.outcome = TestResult::Outcome::kSkipped;
      result.reason = e.what();
    } else if (!refusal) {
      fail(std::string("refused: ") + e.what());
    } else {
      SqlCase judged = test;
      if (judged.expected_error.empty()) judged.expected_error = "any";
      const std::string difference = judge_error(judged, e);
      if (!difference.empty()) fail(difference);
    }
  } catch (const OrderMatters& e) {
    result.outcome = TestResult::Outcome::kSkipped;
    result.reason = e.what();
  } catch (const std::exception& e) {
    fail(e.what());
  }
  return result;
}

}  // namespace weir::cli
