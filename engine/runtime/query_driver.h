// Runs one query synchronously on the caller's thread, record by record, with nothing kept: what `weir test` uses
// instead of workers. A record goes through all stages, repartition topics looped back at once, before the next is
// taken. Every topic counts as having the same number of partitions, whatever it has in the log.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/runtime/query_definition.h"

namespace weir {

class QueryDriver {
 public:
  struct Handlers {
    std::function<void(const log::RecordView&)> output;  // a record for the sink's topic
    std::function<void(const ProcessingError&)> error;  // for the processing log
    // A record for a dead-letter or late topic.
    std::function<void(const std::string& topic, const log::RecordView&)> error_record;
    std::function<void(const Batch&)> rows;  // push queries
  };

  struct Options {
    // Between any two records all tasks end and are made anew, their state restored from its changelogs. The output
    // must be the same.
    bool restart = false;
    // Of every topic: each stage has a task for each, and records go where Java's partitioner puts their key.
    int32_t partitions = 1;
  };

  QueryDriver(std::shared_ptr<const QueryDefinition> query, TaskEnvironment environment,
              std::shared_ptr<state::StateEnvironment> in_memory, const Options& options, Handlers handlers);
  ~QueryDriver();

  const QueryDefinition& query() const { return *query_; }
  // Takes over what `replaced` has kept, before the first record: CREATE OR REPLACE. Its stores are those of the same
  // names.
  void go_on_from(const QueryDriver& replaced);
  bool reads(const std::string& topic) const;
  // Pushes a dead letter through, as the record that it was.
  void replay(const log::RecordView& letter);
  // Pushes one record of a source topic through. What a task throws (a query that must die) is let through.
  void pipe(const std::string& topic, const log::RecordView& record);

 private:
  class Collector;
  struct TaskRun;
  struct StageRun;
  struct Queued;

  void open(const StageRun& stage, TaskRun& run);
  void restart(const StageRun& stage, TaskRun& run, const TaskProgress& progress);
  void pipe_through(Queued first);
  void process(StageRun& stage, const Queued& record, const log::FetchedRecords& fetched);

  std::shared_ptr<const QueryDefinition> query_;
  TaskEnvironment environment_;
  std::shared_ptr<state::StateEnvironment> in_memory_;
  Options options_;
  Handlers handlers_;
  std::vector<std::unique_ptr<StageRun>> stages_;
  std::map<log::TopicPartition, int64_t> next_offset_;
};

}  // namespace weir
