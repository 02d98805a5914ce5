#include "storage/state/codec.h"

#include <xxhash.h>

#include "storage/varint.h"

namespace weir::state {

uint64_t hash_key(std::string_view key) { return XXH3_64bits(key.data(), key.size()); }

void append_time(std::string& out, int64_t time) {
  char bytes[8];
  store_time(bytes, time);
  out.append(bytes, sizeof bytes);
}

bool read_varint(std::string_view& in, uint64_t& value) {
  const char* end = in.data() + in.size();
  const char* rest = get_varint(in.data(), end, value);
  if (rest == nullptr) return false;
  in = {rest, static_cast<size_t>(end - rest)};
  return true;
}

void append_escaped(std::string& out, std::string_view key) {
  for (;;) {
    const size_t zero = key.find('\0');
    if (zero == std::string_view::npos) break;
    out.append(key.substr(0, zero + 1));
    out.push_back('\xff');
    key.remove_prefix(zero + 1);
  }
  out.append(key);
  out.append(2, '\0');
}

bool read_escaped(std::string_view& in, std::string& key) {
  key.clear();
  std::string_view rest = in;
  for (;;) {
    const size_t zero = rest.find('\0');
    if (zero == std::string_view::npos || zero + 1 >= rest.size()) return false;
    key.append(rest.substr(0, zero));
    const char mark = rest[zero + 1];
    rest.remove_prefix(zero + 2);
    if (mark == '\0') {
      in = rest;
      return true;
    }
    if (mark != '\xff') return false;
    key.push_back('\0');
  }
}

}  // namespace weir::state
