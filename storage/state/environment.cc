#include "storage/state/environment.h"

namespace weir::state {

std::shared_ptr<StateEnvironment> StateEnvironment::create(const StateOptions& options) {
  return std::make_shared<Environment>(options);
}

}  // namespace weir::state
