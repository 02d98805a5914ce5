#include "storage/log/sole_owner.h"

#include <numeric>
#include <utility>

namespace weir::log {

std::vector<int32_t> SoleOwner::all() const {
  std::vector<int32_t> slots(static_cast<size_t>(options_.slots));
  std::iota(slots.begin(), slots.end(), 0);
  return slots;
}

void SoleOwner::join(SlotListener& listener) {
  listener_ = &listener;
  listener.slots_assigned(all());
}

void SoleOwner::leave() {
  if (SlotListener* listener = std::exchange(listener_, nullptr)) listener->slots_revoked(all());
}

std::unique_ptr<LogTransaction> SoleOwner::open_transaction(int32_t worker) {
  return log_.open_transaction(options_.service + "-" + options_.process + "-" + std::to_string(worker));
}

}  // namespace weir::log
