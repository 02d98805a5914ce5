// What the columns are called that say where the window of a row begins and ends. No state; any thread.
#pragma once

#include <string_view>

namespace weir {

inline constexpr const char* kWindowBounds[] = {"WINDOWSTART", "WINDOWEND"};

inline bool is_window_bound(std::string_view name) { return name == kWindowBounds[0] || name == kWindowBounds[1]; }

}  // namespace weir
