// The bytes of windowed keys, as Kafka Streams' TimeWindowedSerde and SessionWindowedSerde write them: the key in its
// own format, then the window as 8-byte big-endian milliseconds: its start for time windows (the reader knows the
// size), its end and its start for sessions. No state; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/catalog/catalog.h"
#include "engine/types/batch.h"

namespace weir {

struct WindowedKey {
  std::string_view key;  // in the key's format
  WindowBounds window;
};

// nullopt: too short to have a window at its end.
std::optional<WindowedKey> split_windowed_key(std::string_view bytes, const WindowInfo& info);

// Puts the window behind the key that `out` holds.
void append_key_window(std::string& out, const WindowInfo& info, const WindowBounds& window);

}  // namespace weir
