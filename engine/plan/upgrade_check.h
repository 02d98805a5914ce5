// Whether a running query can go on as another one: CREATE OR REPLACE … AS. The new plan takes over the offsets, the
// stores and the internal topics of the old one, so all that they depend on must stay as it is. Any thread.
#pragma once

#include <string>

#include "engine/plan/physical_plan.h"

namespace weir {

// "" when `to` can go on where `from` stopped: both read the same sources in the same way, make their keys of the same expressions,
// and keep rows of the same columns in the same stores and repartition topics; filters and select lists may differ as
// long as that holds. Otherwise the reason, a sentence.
std::string upgrade_obstacle(const PhysicalPlan& from, const PhysicalPlan& to);

}  // namespace weir
