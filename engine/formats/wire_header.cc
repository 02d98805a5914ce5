// Confluent's wire format: the bytes before a payload whose schema is registered.
#include "engine/formats/schema_registry.h"

namespace weir {

std::optional<int> schema_id_of(std::string_view bytes) {
  if (bytes.size() < 5 || bytes[0] != 0) return std::nullopt;
  uint32_t id = 0;
  for (size_t i = 1; i < 5; ++i) id = id << 8 | static_cast<unsigned char>(bytes[i]);
  return static_cast<int>(id);
}

void append_schema_header(std::string& out, int id) {
  const uint32_t bits = static_cast<uint32_t>(id);
  out.push_back('\0');
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(bits >> shift));
}

}  // namespace weir
