#include "engine/exec/aggregation_times.h"

#include <algorithm>

namespace weir {

namespace {

// What Kafka Streams kept of old before grace periods could be given.
constexpr int64_t kDefaultGraceMs = int64_t{24} * 60 * 60 * 1000;
// A century is as good as for ever, and leaves room to add times to it.
constexpr int64_t kLongestMs = int64_t{100} * 365 * 24 * 60 * 60 * 1000;

}  // namespace

int64_t window_grace_ms(const PlanNode::AggregateSpec& spec) {
  if (spec.window->grace_ms) return std::min(*spec.window->grace_ms, kLongestMs);
  return spec.final ? 0 : std::max<int64_t>(kDefaultGraceMs - spec.window->size_ms, 0);
}

int64_t window_retention_ms(const PlanNode::AggregateSpec& spec) {
  const int64_t needed = std::min(spec.window->size_ms, kLongestMs) + window_grace_ms(spec);
  return std::max(needed, std::min(spec.window->retention_ms.value_or(0), kLongestMs));
}

int64_t window_store_retention_ms(const PlanNode::AggregateSpec& spec) {
  // A session whose end lies just as far back is still open, while the store's rows are expired by then.
  const bool session = spec.window->kind == sql::WindowClause::Kind::kSession;
  return window_retention_ms(spec) + (session ? 1 : std::min(spec.window->advance_ms, kLongestMs));
}

}  // namespace weir
