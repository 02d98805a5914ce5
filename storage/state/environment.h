// The process's StateEnvironment: what the databases of all tasks share. Thread-safe; tasks keep it alive.
#pragma once

#include "storage/state/state.h"

namespace weir::state {

class Environment : public StateEnvironment {
 public:
  explicit Environment(const StateOptions& options) : options_(options) {}
  const StateOptions& options() const override { return options_; }
  size_t memory_used() const override { return 0; }

 private:
  StateOptions options_;
};

}  // namespace weir::state
