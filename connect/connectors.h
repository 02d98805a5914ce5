// The connectors built into this program: the one visible list.
#pragma once

#include <memory>
#include <vector>

#include "engine/runtime/connector.h"

namespace weir {

std::vector<std::shared_ptr<const ConnectorPlugin>> built_in_connectors();

}  // namespace weir
