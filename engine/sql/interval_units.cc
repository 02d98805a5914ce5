#include "engine/sql/interval_units.h"

#include <algorithm>
#include <iterator>

namespace weir::sql {

bool takes_interval_unit(const std::string& function_name) {
  static constexpr const char* kFunctions[] = {"DATEADD",      "DATESUB",      "TIMEADD",
                                               "TIMESTAMPADD", "TIMESTAMPSUB", "TIMESUB"};
  return std::any_of(std::begin(kFunctions), std::end(kFunctions),
                     [&](const char* name) { return function_name == name; });
}

std::optional<std::string> interval_unit(const std::string& upper_case_word) {
  static constexpr const char* kUnits[] = {"DAYS", "HOURS", "MINUTES", "SECONDS", "MILLISECONDS"};
  for (const std::string unit : kUnits) {
    if (upper_case_word == unit || upper_case_word + "S" == unit) return unit;
  }
  return std::nullopt;
}

}  // namespace weir::sql
