#include "engine/runtime/query_driver.h"

#include <algorithm>
#include <deque>

#include "engine/runtime/dead_letter_replay.h"
#include "engine/runtime/error_record.h"
#include "engine/runtime/error_routing.h"
#include "storage/log/owned_record.h"

namespace weir {

struct QueryDriver::Queued {
  log::TopicPartition to;
  log::OwnedRecord record;
  bool replayed = false;
  std::string input;  // replayed: id of the plan's node that takes it
};

class QueryDriver::Collector final : public RecordCollector {
 public:
  // `topics`: the stage's output topic, empty for the query's own output, then those of its side outputs.
  Collector(const QueryDefinition& query, const Handlers& handlers, std::function<int64_t()> clock, int32_t partitions,
            std::vector<std::string> topics)
      : query_(query),
        handlers_(handlers),
        clock_(std::move(clock)),
        partitions_(partitions),
        topics_(std::move(topics)) {}

  void collect(const log::RecordView& record, const log::OptionalBytes& partition_by) override {
    collect_to(0, record, partition_by, -1);
  }
  void collect_to(size_t side, const log::RecordView& record, const log::OptionalBytes& partition_by,
                  int32_t partition) override {
    if (topics_[side].empty()) {
      handlers_.output(record);
      return;
    }
    if (partition < 0) partition = partition_for(partition_by, partitions_);
    looped.push_back({{topics_[side], partition}, log::own_record(record), false, {}});
  }
  void rows(const Batch& batch) override {
    if (handlers_.rows) handlers_.rows(batch);
  }
  void error(ProcessingError error) override {
    query_.status->count_error(error.source.empty() ? error.topic : error.source, error.stage, error.message, clock_());
    const ErrorRoute route = route_error(query_, error);
    if (!route.topic.empty() && handlers_.error_record) {
      handlers_.error_record(route.topic, ErrorRecord(query_.id, error, clock_()).view());
    }
    if (route.report && handlers_.error) handlers_.error(error);
  }

  // Where partitions would take turns, it is always the first.
  static int32_t partition_for(const log::OptionalBytes& key, int32_t partitions) {
    return key ? log::partition_for_key(*key, partitions) : 0;
  }

  std::deque<Queued> looped;

 private:
  const QueryDefinition& query_;
  const Handlers& handlers_;
  const std::function<int64_t()> clock_;
  const int32_t partitions_;
  std::vector<std::string> topics_;
};

struct QueryDriver::TaskRun {
  // What the task's stores have written to their changelogs so far.
  struct Change {
    std::string store, key;
    std::optional<std::string> value;
    int64_t timestamp;
  };
  std::unique_ptr<state::TaskState> state;
  std::unique_ptr<Task> task;
  std::vector<Change> changelog;
};

struct QueryDriver::StageRun {
  const Stage* stage;
  std::vector<std::string> inputs;
  std::unique_ptr<Collector> collector;
  std::vector<TaskRun> tasks;  // of each partition
};

QueryDriver::QueryDriver(std::shared_ptr<const QueryDefinition> query, TaskEnvironment environment,
                         std::shared_ptr<state::StateEnvironment> in_memory, const Options& options, Handlers handlers)
    : query_(std::move(query)),
      environment_(std::move(environment)),
      in_memory_(std::move(in_memory)),
      options_(options),
      handlers_(std::move(handlers)) {
  for (const Stage& stage : query_->stages) {
    auto run = std::make_unique<StageRun>();
    run->stage = &stage;
    for (const PlanNodePtr& input : stage.inputs) run->inputs.push_back(query_->input_topic(*input));
    std::vector<std::string> topics = {stage.repartition ? query_->repartition_topic(*stage.repartition) : ""};
    for (const PlanNodePtr& side : stage.side_repartitions) topics.push_back(query_->repartition_topic(*side));
    run->collector = std::make_unique<Collector>(*query_, handlers_, environment_.clock, options_.partitions, std::move(topics));
    run->tasks.resize(static_cast<size_t>(options_.partitions));
    for (TaskRun& task : run->tasks) open(*run, task);
    stages_.push_back(std::move(run));
  }
}

void QueryDriver::open(const StageRun& stage, TaskRun& run) {
  run.state = state::TaskState::open(in_memory_, "");
  run.task = std::make_unique<Task>(query_->plan, *stage.stage, environment_, *run.state, *stage.collector);
}

void QueryDriver::restart(const StageRun& stage, TaskRun& run, const TaskProgress& progress) {
  run.task.reset();
  open(stage, run);
  for (const TaskRun::Change& change : run.changelog) {
    run.state->restore(change.store, {change.key, change.value, change.timestamp});
  }
  run.task->restore(progress);
}

void QueryDriver::go_on_from(const QueryDriver& replaced) {
  next_offset_ = replaced.next_offset_;
  for (size_t i = 0; i < stages_.size() && i < replaced.stages_.size(); ++i) {
    for (size_t partition = 0; partition < stages_[i]->tasks.size(); ++partition) {
      TaskRun& run = stages_[i]->tasks[partition];
      const TaskRun& old = replaced.stages_[i]->tasks[partition];
      const std::vector<std::string> stores = run.state->store_names();
      for (const TaskRun::Change& change : old.changelog) {
        if (std::find(stores.begin(), stores.end(), change.store) != stores.end()) run.changelog.push_back(change);
      }
      restart(*stages_[i], run, old.task->progress());
    }
  }
}

QueryDriver::~QueryDriver() = default;

bool QueryDriver::reads(const std::string& topic) const {
  for (const PlanNodePtr& source : query_->plan.sources()) {
    if (source->source->topic == topic) return true;
  }
  return false;
}

void QueryDriver::pipe(const std::string& topic, const log::RecordView& record) {
  const std::map<log::TopicPartition, int64_t> before = next_offset_;
  try {
    pipe_through({{topic, Collector::partition_for(record.key, options_.partitions)}, log::own_record(record), false, {}});
  } catch (...) {
    next_offset_ = before;  // the record has not been taken
    throw;
  }
}

void QueryDriver::replay(const log::RecordView& letter) {
  const auto place = ErrorRecord::place_of(letter);
  const auto was = as_it_was(letter, {});
  if (was) pipe_through({was->source, log::own_record(was->records.front()), true, place->input});
}

void QueryDriver::pipe_through(Queued first) {
  std::deque<Queued> queue;
  queue.push_back(std::move(first));
  while (!queue.empty()) {
    const auto owned = std::make_shared<Queued>(std::move(queue.front()));
    queue.pop_front();
    if (!owned->replayed) owned->record.offset = next_offset_[owned->to]++;
    const auto view = std::make_shared<log::OwnedRecordView>(owned->record);
    log::FetchedRecords fetched;
    fetched.source = owned->to;
    fetched.memory = {owned, view};
    fetched.records.push_back(view->get());
    if (options_.restart) {
      for (auto& stage : stages_) {
        for (TaskRun& task : stage->tasks) restart(*stage, task, task.task->progress());
      }
    }
    for (auto& stage : stages_) {
      process(*stage, *owned, fetched);
      std::move(stage->collector->looped.begin(), stage->collector->looped.end(), std::back_inserter(queue));
      stage->collector->looped.clear();
    }
  }
}

void QueryDriver::process(StageRun& stage, const Queued& record, const log::FetchedRecords& fetched) {
  TaskRun& run = stage.tasks[static_cast<size_t>(record.to.partition)];
  for (size_t i = 0; i < stage.inputs.size(); ++i) {
    if (stage.inputs[i] != record.to.topic) continue;
    if (!record.replayed) {
      run.task->add(i, fetched);
    } else if (record.input.empty() || record.input == stage.stage->inputs[i]->id) {
      run.task->add_replayed(i, fetched, 0);
    }
  }
  run.task->process([](size_t) { return true; });
  run.state->take_changelog([&](const std::string& store, const state::ChangelogRecord& change) {
    std::optional<std::string> value;
    if (change.value) value = std::string(*change.value);
    run.changelog.push_back({store, std::string(change.key), std::move(value), change.timestamp});
  });
  run.state->committed();
}

}  // namespace weir
