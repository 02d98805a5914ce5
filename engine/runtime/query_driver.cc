#include "engine/runtime/query_driver.h"

#include <algorithm>
#include <deque>

#include "storage/log/owned_record.h"

namespace weir {

struct QueryDriver::Queued {
  std::string topic;
  log::OwnedRecord record;
};

class QueryDriver::Collector final : public RecordCollector {
 public:
  // `topics`: the stage's output topic, empty for the query's own output, then those of its side outputs.
  Collector(const QueryDefinition& query, const Handlers& handlers, std::vector<std::string> topics)
      : query_(query), handlers_(handlers), topics_(std::move(topics)) {}

  void collect(const log::RecordView& record, const log::OptionalBytes&) override { collect_to(0, record, std::nullopt, -1); }
  void collect_to(size_t side, const log::RecordView& record, const log::OptionalBytes&, int32_t) override {
    if (topics_[side].empty()) {
      handlers_.output(record);
    } else {
      looped.push_back({topics_[side], log::own_record(record)});
    }
  }
  void rows(const Batch& batch) override {
    if (handlers_.rows) handlers_.rows(batch);
  }
  void error(ProcessingError error) override {
    end_on_invalid_timestamp(query_, error);
    if (handlers_.error) handlers_.error(error);
  }

  std::deque<Queued> looped;

 private:
  const QueryDefinition& query_;
  const Handlers& handlers_;
  std::vector<std::string> topics_;
};

struct QueryDriver::StageRun {
  // What the stage's stores have written to their changelogs so far.
  struct Change {
    std::string store, key;
    std::optional<std::string> value;
    int64_t timestamp;
  };
  const Stage* stage;
  std::vector<std::string> inputs;
  std::unique_ptr<Collector> collector;
  std::unique_ptr<state::TaskState> state;
  std::unique_ptr<Task> task;
  std::vector<Change> changelog;
};

QueryDriver::QueryDriver(std::shared_ptr<const QueryDefinition> query, TaskEnvironment environment,
                         std::shared_ptr<state::StateEnvironment> in_memory, bool restart, Handlers handlers)
    : query_(std::move(query)),
      environment_(std::move(environment)),
      in_memory_(std::move(in_memory)),
      restart_(restart),
      handlers_(std::move(handlers)) {
  for (const Stage& stage : query_->stages) {
    auto run = std::make_unique<StageRun>();
    run->stage = &stage;
    for (const PlanNodePtr& input : stage.inputs) run->inputs.push_back(query_->input_topic(*input));
    std::vector<std::string> topics = {stage.repartition ? query_->repartition_topic(*stage.repartition) : ""};
    for (const PlanNodePtr& side : stage.side_repartitions) topics.push_back(query_->repartition_topic(*side));
    run->collector = std::make_unique<Collector>(*query_, handlers_, std::move(topics));
    open(*run);
    stages_.push_back(std::move(run));
  }
}

void QueryDriver::open(StageRun& run) {
  run.state = state::TaskState::open(in_memory_, "");
  run.task = std::make_unique<Task>(query_->plan, *run.stage, environment_, *run.state, *run.collector);
}

void QueryDriver::restart(StageRun& run, const TaskProgress& progress) {
  run.task.reset();
  open(run);
  for (const StageRun::Change& change : run.changelog) {
    run.state->restore(change.store, {change.key, change.value, change.timestamp});
  }
  run.task->restore(progress);
}

void QueryDriver::go_on_from(const QueryDriver& replaced) {
  next_offset_ = replaced.next_offset_;
  for (size_t i = 0; i < stages_.size() && i < replaced.stages_.size(); ++i) {
    StageRun& run = *stages_[i];
    const StageRun& old = *replaced.stages_[i];
    const std::vector<std::string> stores = run.state->store_names();
    for (const StageRun::Change& change : old.changelog) {
      if (std::find(stores.begin(), stores.end(), change.store) != stores.end()) run.changelog.push_back(change);
    }
    restart(run, old.task->progress());
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
  std::deque<Queued> queue;
  queue.push_back({topic, log::own_record(record)});
  while (!queue.empty()) {
    const auto owned = std::make_shared<Queued>(std::move(queue.front()));
    queue.pop_front();
    owned->record.offset = next_offset_[owned->topic]++;
    const auto view = std::make_shared<log::OwnedRecordView>(owned->record);
    log::FetchedRecords fetched;
    fetched.source = {owned->topic, 0};
    fetched.memory = {owned, view};
    fetched.records.push_back(view->get());
    if (restart_) {
      for (auto& stage : stages_) restart(*stage, stage->task->progress());
    }
    for (auto& stage : stages_) {
      for (size_t i = 0; i < stage->inputs.size(); ++i) {
        if (stage->inputs[i] == owned->topic) stage->task->add(i, fetched);
      }
      stage->task->process([](size_t) { return true; });
      stage->state->take_changelog([&](const std::string& store, const state::ChangelogRecord& change) {
        std::optional<std::string> value;
        if (change.value) value = std::string(*change.value);
        stage->changelog.push_back({store, std::string(change.key), std::move(value), change.timestamp});
      });
      stage->state->committed();
      while (!stage->collector->looped.empty()) {
        queue.push_back(std::move(stage->collector->looped.front()));
        stage->collector->looped.pop_front();
      }
    }
  }
}

}  // namespace weir
