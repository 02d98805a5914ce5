#include <cctype>

#include "engine/plan/binder.h"

namespace weir {

// The topic's name without what an identifier can't have, in capitals: postgres_cdc.public.orders is
// POSTGRES_CDCPUBLICORDERS.
std::string imported_stream_name(const std::string& topic) {
  std::string name;
  for (const unsigned char c : topic) {
    if (std::isalnum(c) || c == '_') name += static_cast<char>(std::toupper(c));
  }
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) name = "_" + name;
  return name;
}

}  // namespace weir
