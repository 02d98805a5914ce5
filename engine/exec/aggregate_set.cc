#include "engine/exec/aggregate_set.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace weir {

namespace {

constexpr char kGroupVersion = 1;
constexpr size_t kHeaderBytes = 1 + sizeof(int64_t);  // version, time
using StateLength = uint32_t;

void append_header(int64_t time, std::string& out) {
  out.push_back(kGroupVersion);
  out.append(reinterpret_cast<const char*>(&time), sizeof(time));
}

void evaluate_arguments(const std::vector<std::unique_ptr<CompiledExpression>>& expressions, const Batch& batch,
                        EvalContext& eval, std::vector<ColumnPtr>& columns, std::vector<const Column*>& pointers) {
  columns.clear();
  pointers.clear();
  for (const auto& expression : expressions) {
    columns.push_back(expression->evaluate(batch, eval));
    pointers.push_back(columns.back().get());
  }
}

}  // namespace

void AggregateSet::begin(const Batch& batch) {
  columns_.resize(calls_.size());
  old_columns_.resize(calls_.size());
  args_.resize(calls_.size());
  old_args_.resize(calls_.size());
  EvalContext eval = context_.eval();
  for (size_t c = 0; c < calls_.size(); ++c) evaluate_arguments(calls_[c].args, batch, eval, columns_[c], args_[c]);
  if (context_.errors.count() > 0) context_.drain_errors(batch);
  if (!batch.old_columns.empty()) {
    const Batch old = batch.old_rows();
    for (size_t c = 0; c < calls_.size(); ++c)
      evaluate_arguments(calls_[c].args, old, eval, old_columns_[c], old_args_[c]);
    context_.errors.clear();  // they were reported when the row was new
  }
}

template <class Visit>
void AggregateSet::for_each_state(std::string_view value, const Visit& visit) {
  size_t at = kHeaderBytes;
  for (Call& call : calls_) {
    StateLength length;
    std::memcpy(&length, value.data() + at, sizeof(length));
    at += sizeof(length);
    visit(call, value.substr(at, length));
    at += length;
  }
}

template <class Change>
void AggregateSet::change(std::string_view old, int64_t time, std::string& out, const Change& apply) {
  if (old.data() == nullptr) {
    if (initial_.empty()) {
      append_header(INT64_MIN, initial_);
      for (Call& call : calls_) {
        const size_t at = initial_.size();
        initial_.resize(at + sizeof(StateLength));
        call.aggregate->initialize(initial_);
        const auto length = static_cast<StateLength>(initial_.size() - at - sizeof(StateLength));
        std::memcpy(initial_.data() + at, &length, sizeof(length));
      }
    }
    old = initial_;
  }
  time = std::max(time, time_of(old));
  append_header(time, out);
  for_each_state(old, [&](Call& call, std::string_view state) {
    const size_t at = out.size();
    out.resize(at + sizeof(StateLength));
    apply(call, static_cast<size_t>(&call - calls_.data()), state);
    const auto length = static_cast<StateLength>(out.size() - at - sizeof(StateLength));
    std::memcpy(out.data() + at, &length, sizeof(length));
  });
}

void AggregateSet::add(std::string_view old, uint32_t row, int64_t time, std::string& out) {
  EvalContext eval = context_.eval();
  const int64_t arrival = ++context_.arrivals;
  change(old, time, out, [&](Call& call, size_t c, std::string_view state) {
    call.aggregate->add(state, AggregateRow{eval, args_[c], row, arrival}, out);
  });
}

void AggregateSet::undo(std::string_view old, uint32_t row, int64_t time, std::string& out) {
  EvalContext eval = context_.eval();
  const int64_t arrival = ++context_.arrivals;
  change(old, time, out, [&](Call& call, size_t c, std::string_view state) {
    call.aggregate->undo(state, AggregateRow{eval, old_args_[c], row, arrival}, out);
  });
}

void AggregateSet::merge(std::string_view a, std::string_view b, std::string& out) {
  std::vector<std::string_view> others;
  for_each_state(b, [&](Call&, std::string_view state) { others.push_back(state); });
  change(a, time_of(b), out,
         [&](Call& call, size_t c, std::string_view state) { call.aggregate->merge(state, others[c], out); });
}

int64_t AggregateSet::time_of(std::string_view value) {
  if (value.size() < kHeaderBytes || value[0] != kGroupVersion) {
    throw std::runtime_error("the state has a group of a form that this version doesn't read");
  }
  int64_t time;
  std::memcpy(&time, value.data() + 1, sizeof(time));
  return time;
}

void AggregateSet::results(std::string_view value, const std::vector<Column*>& columns, Arena& arena) {
  for_each_state(value, [&](Call& call, std::string_view state) {
    call.aggregate->result(state, *columns[static_cast<size_t>(&call - calls_.data())], arena);
  });
}

}  // namespace weir
