// An engine for one test case: in memory, its queries driven by the test, nothing shared with other cases. One thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/test/test_options.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/query_driver.h"
#include "storage/log/owned_record.h"

namespace weir::cli {

using log::OwnedRecord;

class TestEngine {
 public:
  // `functions`: null: those of the language.
  TestEngine(const std::map<std::string, std::string>& properties, const TestOptions& options,
             std::shared_ptr<const FunctionRegistry> functions = nullptr);

  Engine& engine() { return *engine_; }
  Session& session() { return session_; }
  StatementResult execute(const std::string& text);
  StatementResult execute(const sql::Statement& statement) { return engine_->execute(statement, session_); }

  void ensure_topic(const std::string& topic, int32_t partitions = 1);
  void append(const std::string& topic, const OwnedRecord& record);
  // All records of all partitions of a topic, in the order of their appending.
  std::vector<OwnedRecord> records(const std::string& topic);

  // Throws OrderMatters where the options spread a query that can't be.
  // `output`: also of dead letters and late records.
  std::unique_ptr<QueryDriver> drive(const std::shared_ptr<const QueryDefinition>& query, bool frozen_clock,
                                     std::function<void(const std::string& topic, const OwnedRecord&)> output,
                                     std::function<void(const ProcessingError&)> error);
  // Throws OrderMatters where the case is spread: dead letters name the partition that they are of.
  void require_one_partition() const;
  // Throws OrderMatters for a record that may count as late or not, as its topic is spread.
  void pipe(QueryDriver& driver, const std::string& topic, const log::RecordView& record);
  // The source that reads or writes the topic, or null.
  SourcePtr source_of_topic(const std::string& topic) const;

 private:
  TestOptions options_;
  std::unique_ptr<Engine> engine_;
  Session session_;
  std::shared_ptr<state::StateEnvironment> state_;
  std::unique_ptr<log::LogTransaction> transaction_;
  std::map<const QueryDriver*, int64_t> stream_times_;
  std::map<const QueryDriver*, std::optional<std::string>> first_keys_;
};

}  // namespace weir::cli
