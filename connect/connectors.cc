#include "connect/connectors.h"

#include "connect/datagen/datagen_source.h"

namespace weir {

std::vector<std::shared_ptr<const ConnectorPlugin>> built_in_connectors() {
  return {std::make_shared<DatagenPlugin>()};
}

}  // namespace weir
