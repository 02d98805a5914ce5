#include "engine/exec/task.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "engine/exec/aggregate_operator.h"
#include "engine/exec/expression.h"
#include "engine/exec/foreign_key_join_operator.h"
#include "engine/exec/foreign_key_lookup_operator.h"
#include "engine/exec/output_operators.h"
#include "engine/exec/plan_columns.h"
#include "engine/exec/session_aggregate_operator.h"
#include "engine/exec/stateless_operators.h"
#include "engine/exec/stream_join_operator.h"
#include "engine/exec/stream_table_join_operator.h"
#include "engine/exec/table_join_operator.h"
#include "engine/exec/table_operator.h"
#include "engine/exec/window_aggregate_operator.h"
#include "engine/plan/binder.h"
#include "engine/plan/window_bounds.h"
#include "engine/sql/parser.h"

namespace weir {

namespace {

// Results of so many rows are pushed on before more are taken.
constexpr size_t kRowsPerRound = 4 * kMaxBatchRows;

// The node or one below it in the same stage keeps state.
bool contains_stateful(const PlanNodePtr& node) {
  switch (node->kind) {
    case PlanKind::kStreamJoin:
    case PlanKind::kTable:
    case PlanKind::kAggregate:
    case PlanKind::kStreamTableJoin:
    case PlanKind::kTableJoin:
    case PlanKind::kForeignKeyJoin:
    case PlanKind::kForeignKeyLookup:
      return true;
    case PlanKind::kRepartition:  // the stage ends there
      return false;
    case PlanKind::kSource:
    case PlanKind::kFilter:
    case PlanKind::kProject:
    case PlanKind::kFlatMap:
      break;
  }
  return std::any_of(node->inputs.begin(), node->inputs.end(), contains_stateful);
}

bool reads_value(const BoundExpr& expression, const PlanSchema& schema) {
  if (expression.kind == BoundKind::kColumn) return !schema[expression.index].key;
  return std::any_of(expression.args.begin(), expression.args.end(),
                     [&](const BoundExprPtr& arg) { return reads_value(*arg, schema); });
}


// Keeps the errors of a batch that is decoded ahead of its turn.
class ErrorBuffer final : public RecordCollector {
 public:
  explicit ErrorBuffer(std::vector<ProcessingError>& out) : out_(out) {}
  void collect(const log::RecordView&, const log::OptionalBytes&) override {}
  void collect_to(size_t, const log::RecordView&, const log::OptionalBytes&, int32_t) override {}
  void rows(const Batch&) override {}
  void error(ProcessingError error) override { out_.push_back(std::move(error)); }

 private:
  std::vector<ProcessingError>& out_;
};

}  // namespace

struct Task::Prepared {
  log::FetchedRecords records;
  int64_t replay_end = -1;  // see add_replayed()
  std::shared_ptr<Arena> arena;
  Batch batch;
  uint32_t next_row = 0;
  std::vector<ProcessingError> errors;  // ascending by offset; reported once the position has passed them
  size_t next_error = 0;
};

// The end of an input's stateless part: keeps the batch until its rows are the next in time.
class Task::InputQueue final : public Operator {
 public:
  InputQueue(Operator* target, int target_input) : target_(target), target_input_(target_input) {}
  void push(const Batch& batch, int) override { captured_ = batch; }
  Batch take() { return std::exchange(captured_, Batch{}); }
  void run(const Batch& batch, uint32_t from, uint32_t count) { target_->push_rows(batch, from, count, target_input_); }

 private:
  Operator* target_;
  int target_input_;
  Batch captured_;
};

Task::Task(const PhysicalPlan& plan, const Stage& stage, const TaskEnvironment& environment, state::TaskState& state,
           RecordCollector& collector)
    : environment_(environment) {
  context_.state = &state;
  context_.collector = &collector;
  context_.clock = environment.clock ? environment.clock : [] {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  };
  context_.outer_join_interval_ms = environment.outer_join_interval_ms;
  several_inputs_ = stage.inputs.size() > 1;
  Operator* output = build_output(plan, stage);
  build(stage.root, output, 0, false);
}

Task::~Task() = default;

BoundExprPtr Task::bind(const std::string& sql, const PlanSchema& schema) const {
  return bind_expression(sql::parse_expression(sql), schema, *environment_.functions, environment_.catalog);
}

std::unique_ptr<CompiledExpression> Task::join_condition(const PlanNode& join) const {
  return join.predicate.empty() ? nullptr : CompiledExpression::compile(bind(join.predicate, join.schema));
}

Operator* Task::build_output(const PhysicalPlan& plan, const Stage& stage) {
  if (stage.repartition) {
    build_repartition(*stage.repartition, 0);
  } else if (!plan.sink) {
    operators_.push_back(std::make_unique<ClientSink>(context_));
  } else {
    const SinkSpec& sink = *plan.sink;
    const PlanSchema& schema = stage.root->schema;
    std::vector<int> keys, values;
    for (const FormatColumn& column : sink.key_columns) keys.push_back(index_of(schema, column.name));
    for (const FormatColumn& column : sink.value_columns) values.push_back(index_of(schema, column.name));
    const int time = sink.timestamp_column.empty() ? -1 : index_of(schema, sink.timestamp_column);
    std::unique_ptr<TimestampColumn> time_reader;
    if (time >= 0) {
      time_reader =
          std::make_unique<TimestampColumn>(schema[time].type, sink.timestamp_format, *environment_.functions);
    }
    operators_.push_back(std::make_unique<SinkOperator>(
        make_encoder({sink.key_format, true, sink.topic, sink.key_columns, environment_.registry}), keys,
        make_encoder({sink.value_format, false, sink.topic, sink.value_columns, environment_.registry}), values, time,
        std::move(time_reader), sink.window, context_));
  }
  return operators_.back().get();
}

Operator* Task::build_repartition(const PlanNode& node, size_t side) {
  std::unique_ptr<RowEncoder> partition_key;
  if (node.partition_format) {
    FormatContext format{*node.partition_format, true, node.repartition_topic, {}, environment_.registry};
    for (const PlanColumn& column : node.schema) {
      if (!column.key || (node.windowed_key && is_window_bound(column.name))) continue;
      const size_t i = format.columns.size();
      format.columns.push_back({i < node.partition_names.size() ? node.partition_names[i] : column.name, column.type});
    }
    partition_key = make_encoder(format);
  }
  operators_.push_back(std::make_unique<RepartitionSink>(node, side, std::move(partition_key), context_));
  return operators_.back().get();
}

Operator* Task::build(const PlanNodePtr& node, Operator* next, int next_input, bool stateful_below) {
  switch (node->kind) {
    case PlanKind::kSource:
    case PlanKind::kRepartition: {
      Input input;
      input.node = node;
      input.topic = node->kind == PlanKind::kSource ? node->source->topic : node->repartition_topic;
      input.decoder = InputDecoder::create(*node, environment_.registry, *environment_.functions);
      input.head = next;
      inputs_.push_back(std::move(input));
      return nullptr;
    }
    case PlanKind::kFilter: {
      auto filter = std::make_unique<FilterOperator>(
          CompiledExpression::compile(bind(node->predicate, node->inputs[0]->schema)), node->table, context_);
      filter->set_next(next, next_input);
      operators_.push_back(std::move(filter));
      break;
    }
    case PlanKind::kProject: {
      const PlanSchema& input = node->inputs[0]->schema;
      std::vector<ProjectOperator::Output> outputs;
      for (const PlanExpression& expression : node->expressions) {
        if (expression.property != RowProperty::kNone) {
          outputs.push_back({nullptr, expression.key, false, expression.property});
          continue;
        }
        const BoundExprPtr bound = bind(expression.sql, input);
        outputs.push_back(
            {CompiledExpression::compile(bound), expression.key, reads_value(*bound, input), RowProperty::kNone});
      }
      auto project = std::make_unique<ProjectOperator>(std::move(outputs), node->changes_key, context_);
      project->set_next(next, next_input);
      operators_.push_back(std::move(project));
      break;
    }
    case PlanKind::kFlatMap: {
      std::vector<std::unique_ptr<CompiledExpression>> calls;
      for (const PlanExpression& expression : node->expressions) {
        calls.push_back(CompiledExpression::compile(
            bind_table_function(sql::parse_expression(expression.sql), node->inputs[0]->schema, *environment_.functions,
                                environment_.catalog)));
      }
      auto flat_map = std::make_unique<FlatMapOperator>(std::move(calls), context_);
      flat_map->set_next(next, next_input);
      operators_.push_back(std::move(flat_map));
      break;
    }
    case PlanKind::kStreamJoin: {
      auto join = std::make_unique<StreamJoinOperator>(*node, join_condition(*node), stateful_below, context_);
      join->set_next(next, next_input);
      Operator* op = join.get();
      operators_.push_back(std::move(join));
      for (int side = 0; side < 2; ++side) build_input(node->inputs[side], op, side);
      return op;
    }
    case PlanKind::kStreamTableJoin:
    case PlanKind::kTableJoin:
    case PlanKind::kForeignKeyJoin:
    case PlanKind::kForeignKeyLookup: {
      std::unique_ptr<Operator> join = make_table_join(node);
      join->set_next(next, next_input);
      Operator* op = join.get();
      operators_.push_back(std::move(join));
      for (int side = 0; side < 2; ++side) build_input(node->inputs[side], op, side);
      return op;
    }
    case PlanKind::kTable:
    case PlanKind::kAggregate: {
      std::unique_ptr<Operator> made;
      if (node->kind == PlanKind::kTable) {
        made = std::make_unique<TableOperator>(*node, context_);
      } else {
        made = make_aggregation(*node);
      }
      made->set_next(next, next_input);
      Operator* op = made.get();
      operators_.push_back(std::move(made));
      build_input(node->inputs[0], op, 0);
      return op;
    }
  }
  Operator* op = operators_.back().get();
  build(node->inputs[0], op, 0, stateful_below);
  return op;
}

std::unique_ptr<Operator> Task::make_table_join(const PlanNodePtr& node) {
  switch (node->kind) {
    case PlanKind::kStreamTableJoin:
      return std::make_unique<StreamTableJoinOperator>(*node, join_condition(*node), context_);
    case PlanKind::kTableJoin:
      return std::make_unique<TableJoinOperator>(*node, join_condition(*node), context_);
    case PlanKind::kForeignKeyLookup:
      return std::make_unique<ForeignKeyLookupOperator>(*node, context_);
    default: {
      Operator* references = build_repartition(*foreign_key_references(*node), ++side_outputs_);
      std::vector<std::unique_ptr<CompiledExpression>> keys;
      for (const std::string& key : node->foreign_keys) {
        keys.push_back(CompiledExpression::compile(bind(key, node->inputs[0]->schema)));
      }
      return std::make_unique<ForeignKeyJoinOperator>(*node, std::move(keys), join_condition(*node), references,
                                                      context_);
    }
  }
}

// Where a stage has several inputs, rows wait for their turn in time right before the first operator that keeps state.
void Task::build_input(const PlanNodePtr& node, Operator* op, int input) {
  if (!several_inputs_ || contains_stateful(node)) {
    build(node, op, input, true);
    return;
  }
  auto queue = std::make_unique<InputQueue>(op, input);
  build(node, queue.get(), 0, true);
  inputs_.back().queue = std::move(queue);
}

std::unique_ptr<Operator> Task::make_aggregation(const PlanNode& node) {
  AggregateSet aggregates = bind_aggregates(node);
  if (!node.aggregate->window) return std::make_unique<AggregateOperator>(node, std::move(aggregates), context_);
  if (node.aggregate->window->kind == sql::WindowClause::Kind::kSession) {
    return std::make_unique<SessionAggregateOperator>(node, std::move(aggregates), context_);
  }
  return std::make_unique<WindowAggregateOperator>(node, std::move(aggregates), context_);
}

AggregateSet Task::bind_aggregates(const PlanNode& node) {
  std::vector<AggregateSet::Call> calls;
  for (const PlanExpression& expression : node.aggregate->calls) {
    const BoundAggregate bound = bind_aggregate(sql::parse_expression(expression.sql), node.inputs[0]->schema,
                                                *environment_.functions, environment_.catalog);
    AggregateSet::Call call;
    call.aggregate = bound.call.overload->make({bound.call.parameter_types, bound.literals, bound.call.return_type});
    for (const BoundExprPtr& arg : bound.args) call.args.push_back(CompiledExpression::compile(arg));
    calls.push_back(std::move(call));
  }
  return AggregateSet(std::move(calls), context_);
}

void Task::add(size_t input, log::FetchedRecords records) {
  if (records.records.empty()) return;
  inputs_[input].waiting_rows += records.records.size();
  inputs_[input].waiting.push_back({std::move(records), -1});
}

void Task::add_replayed(size_t input, log::FetchedRecords record, int64_t end) {
  inputs_[input].waiting_rows += record.records.size();
  inputs_[input].waiting.push_back({std::move(record), end});
}

size_t Task::buffered(size_t input) const {
  size_t rows = inputs_[input].waiting_rows;
  for (const Prepared& prepared : inputs_[input].prepared) rows += prepared.batch.rows - prepared.next_row;
  return rows;
}

size_t Task::process(const std::function<bool(size_t input)>& drained) {
  if (inputs_.size() == 1 && !inputs_[0].queue) return process_single();
  size_t total = 0, in_round = 0;
  while (true) {
    size_t chosen = inputs_.size();
    bool complete = true;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      if (!prepare(inputs_[i])) {
        complete = complete && drained(i);
        continue;
      }
      const auto head_time = [](const Input& input) {
        const Prepared& head = input.prepared.back();
        return head.batch.timestamps[head.next_row];
      };
      if (chosen == inputs_.size() || head_time(inputs_[i]) < head_time(inputs_[chosen])) chosen = i;
    }
    if (!complete || chosen == inputs_.size()) break;
    const size_t rows = run(chosen);
    total += rows;
    in_round += rows;
    if (in_round >= kRowsPerRound) {
      end_round();
      in_round = 0;
    }
  }
  end_round();
  return total;
}

void Task::begin_records(const Input& input, const log::FetchedRecords& records) {
  context_.source_name = input.node->source ? std::string_view(input.node->source->source) : std::string_view();
  context_.source_topic = records.source.topic;
  context_.input_id = input.node->id;
}

size_t Task::process_single() {
  Input& input = inputs_[0];
  size_t total = 0;
  while (!input.waiting.empty()) {
    const Waiting next = std::move(input.waiting.front());
    const log::FetchedRecords& records = next.records;
    input.waiting.pop_front();
    input.waiting_rows -= records.records.size();
    begin_records(input, records);
    context_.arena = round_arena_;
    Batch batch;
    input.decoder->decode(records, context_, batch);
    for (uint32_t row = 0; row < batch.rows; ++row) stream_time_ = std::max(stream_time_, batch.timestamps[row]);
    if (batch.rows > 0) input.head->push(batch, 0);
    input.passed(records.records.back().offset + 1, next.replay_end);
    total += records.records.size();
    end_round();
  }
  return total;
}

// Makes sure that the input's last prepared batch has rows left. Consumed batches stay until the round's end, because
// results may point into them.
bool Task::prepare(Input& input) {
  while (input.prepared.empty() || input.prepared.back().next_row >= input.prepared.back().batch.rows) {
    if (input.waiting.empty()) return false;
    Prepared prepared;
    prepared.records = std::move(input.waiting.front().records);
    prepared.replay_end = input.waiting.front().replay_end;
    input.waiting.pop_front();
    input.waiting_rows -= prepared.records.records.size();
    if (spare_arenas_.empty()) {
      prepared.arena = std::make_shared<Arena>();
    } else {
      prepared.arena = std::move(spare_arenas_.back());
      spare_arenas_.pop_back();
    }
    begin_records(input, prepared.records);
    context_.arena = prepared.arena;
    ErrorBuffer buffer(prepared.errors);
    RecordCollector* collector = std::exchange(context_.collector, &buffer);
    Batch batch;
    try {
      input.decoder->decode(prepared.records, context_, batch);
      if (batch.rows > 0) input.head->push(batch, 0);
    } catch (...) {
      context_.collector = collector;
      throw;
    }
    context_.collector = collector;
    prepared.batch = input.queue->take();
    std::stable_sort(prepared.errors.begin(), prepared.errors.end(),
                     [](const ProcessingError& a, const ProcessingError& b) { return a.offset < b.offset; });
    const bool empty = prepared.batch.rows == 0;
    const int64_t end = prepared.records.records.back().offset + 1;
    input.prepared.push_back(std::move(prepared));
    // The records have moved with it. A batch that a join below made has its rows' own.
    if (input.prepared.back().batch.origin != nullptr)
      input.prepared.back().batch.origin = &input.prepared.back().records;
    if (empty) {
      input.passed(end, input.prepared.back().replay_end);
      for (ProcessingError& error : input.prepared.back().errors) context_.collector->error(std::move(error));
      input.prepared.back().errors.clear();
    }
  }
  return true;
}

// Pushes the chosen input's rows up to the first that is later than another input's next row.
size_t Task::run(size_t chosen) {
  Input& input = inputs_[chosen];
  Prepared& head = input.prepared.back();
  const std::vector<int64_t>& times = head.batch.timestamps;
  int64_t before = INT64_MAX;  // rows with time < before …
  int64_t up_to = INT64_MAX;   // … and time <= up_to may go
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (i == chosen || inputs_[i].prepared.empty()) continue;
    const Prepared& other = inputs_[i].prepared.back();
    if (other.next_row >= other.batch.rows) continue;
    const int64_t time = other.batch.timestamps[other.next_row];
    if (i < chosen) before = std::min(before, time);
    if (i > chosen) up_to = std::min(up_to, time);
  }
  const uint32_t from = head.next_row;
  uint32_t to = from;
  while (to < head.batch.rows && times[to] < before && times[to] <= up_to) ++to;
  if (to == from) to = from + 1;  // equal times everywhere: still the lowest
  for (uint32_t row = from; row < to; ++row) stream_time_ = std::max(stream_time_, times[row]);
  begin_records(input, head.records);
  context_.arena = round_arena_;
  input.queue->run(head.batch, from, to - from);
  head.next_row = to;
  const int64_t reached = to < head.batch.rows ? head.batch.offsets[to] : head.records.records.back().offset + 1;
  if (head.replay_end < 0 || to == head.batch.rows) input.passed(reached, head.replay_end);
  while (head.next_error < head.errors.size() && head.errors[head.next_error].offset < reached) {
    context_.collector->error(std::move(head.errors[head.next_error++]));
  }
  return to - from;
}

bool Task::waits_for_time() {
  return std::any_of(operators_.begin(), operators_.end(), [](const auto& op) { return op->waits_for_time(); });
}

void Task::advance_time(int64_t stream_time) {
  if (stream_time <= stream_time_) return;
  stream_time_ = stream_time;
  context_.advanced_time = stream_time;
  context_.arena = round_arena_;
  context_.source_name = context_.source_topic = context_.input_id = {};
  for (auto op = operators_.rbegin(); op != operators_.rend(); ++op) {
    (*op)->advance_time(stream_time);
    (*op)->flush();
  }
  end_round();
}

void Task::end_round() {
  context_.arena = round_arena_;
  for (auto op = operators_.rbegin(); op != operators_.rend(); ++op) (*op)->flush();
  for (Input& input : inputs_) {
    while (!input.prepared.empty() && input.prepared.front().next_row >= input.prepared.front().batch.rows) {
      if (spare_arenas_.size() < 8) {
        input.prepared.front().arena->reset();
        spare_arenas_.push_back(std::move(input.prepared.front().arena));
      }
      input.prepared.pop_front();
    }
  }
  round_arena_->reset();
}

}  // namespace weir
