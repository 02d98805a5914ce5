// Cases whose sources are spread over several partitions (`weir test --partitions N`): each key's rows must stay the
// same, unless what a query gives depends on the order of records of different keys. One thread.
#pragma once

#include <stdexcept>
#include <string>

#include "engine/plan/physical_plan.h"

namespace weir::cli {

// The case says nothing when it is spread; the reason is what() says.
class OrderMatters : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Why the plan's rows change when its sources are spread, whatever the records; empty: they needn't.
std::string why_order_matters(const PhysicalPlan& plan);

// Rows depend on the stream time of their partition, which knows only the partition's own records: spread, a record
// that is older than one before it may not be late any more.
bool depends_on_stream_time(const PhysicalPlan& plan);

}  // namespace weir::cli
