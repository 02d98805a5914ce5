#include "engine/functions/aggregate.h"

#include <stdexcept>

namespace weir {

void Aggregate::undo(std::string_view, const AggregateRow&, std::string&) {
  throw std::logic_error("undo() of an aggregate that can't take rows away");
}

}  // namespace weir
