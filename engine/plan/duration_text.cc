#include "engine/plan/duration_text.h"

#include <fmt/format.h>

namespace weir {

std::string duration_text(int64_t millis) {
  struct Unit {
    int64_t millis;
    const char* one;
    const char* many;
  };
  static constexpr Unit kUnits[] = {{86'400'000, "DAY", "DAYS"},
                                    {3'600'000, "HOUR", "HOURS"},
                                    {60'000, "MINUTE", "MINUTES"},
                                    {1000, "SECOND", "SECONDS"}};
  if (millis == 0) return "0 SECONDS";
  for (const Unit& unit : kUnits) {
    if (millis % unit.millis == 0)
      return fmt::format("{} {}", millis / unit.millis, millis == unit.millis ? unit.one : unit.many);
  }
  return fmt::format("{} MILLISECOND{}", millis, millis == 1 ? "" : "S");
}

}  // namespace weir
