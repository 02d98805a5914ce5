// The aggregate calls of one query over the rows of one group: their states as one value of a state store
// (docs/formats.md, "Groups"), which begins with a version and the time of the group's latest row. Owned by an
// operator, its thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exec/expression.h"
#include "engine/exec/operator.h"
#include "engine/plan/binder.h"

namespace weir {

class AggregateSet {
 public:
  struct Call {
    std::unique_ptr<Aggregate> aggregate;
    std::vector<std::unique_ptr<CompiledExpression>> args;
  };
  AggregateSet(std::vector<Call> calls, TaskContext& context) : calls_(std::move(calls)), context_(context) {}

  // The arguments of a batch's rows, for the methods below until the next call. With old rows, theirs too.
  void begin(const Batch& batch);

  // Appends the group's value after the row; `old`: its value before, or nullptr data when the group is new.
  void add(std::string_view old, uint32_t row, int64_t time, std::string& out);
  // … after the row's old row has been taken away.
  void undo(std::string_view old, uint32_t row, int64_t time, std::string& out);
  // Appends the value of two groups together: sessions that have met, `a` began first.
  void merge(std::string_view a, std::string_view b, std::string& out);

  static int64_t time_of(std::string_view value);
  // Appends each call's result to its column. Views may point into `value`.
  void results(std::string_view value, const std::vector<Column*>& columns, Arena& arena);

 private:
  template <class Change>
  void change(std::string_view old, int64_t time, std::string& out, const Change& apply);
  // Calls visit(call, state) for each state of a value.
  template <class Visit>
  void for_each_state(std::string_view value, const Visit& visit);

  std::vector<Call> calls_;
  TaskContext& context_;
  // For each call, for each argument.
  std::vector<std::vector<ColumnPtr>> columns_, old_columns_;
  std::vector<std::vector<const Column*>> args_, old_args_;
  std::string initial_;
};

}  // namespace weir
