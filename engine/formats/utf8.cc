#include "engine/formats/utf8.h"

#include <string>

#include "engine/types/text.h"

namespace weir {
namespace {

// How many bytes from `p` on belong to one character; `valid` says whether they make one. The lengths of malformed
// parts follow the Unicode standard's "maximal subpart" rule, as Java's decoder does.
size_t utf8_part(const unsigned char* p, size_t left, bool& valid) {
  const unsigned char lead = p[0];
  valid = lead < 0x80;
  if (lead < 0xC2 || lead > 0xF4) return 1;
  const size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned char low = 0x80, high = 0xBF;  // bounds of the second byte
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  for (size_t i = 1; i < length; ++i) {
    if (i >= left || p[i] < low || p[i] > high) return i;
    low = 0x80;
    high = 0xBF;
  }
  valid = true;
  return length;
}

}  // namespace

std::string_view repair_utf8(std::string_view bytes, Arena& arena) {
  if (is_valid_utf8(bytes)) return bytes;
  std::string out;
  const unsigned char* p = reinterpret_cast<const unsigned char*>(bytes.data());
  for (size_t i = 0; i < bytes.size();) {
    bool valid = false;
    const size_t length = utf8_part(p + i, bytes.size() - i, valid);
    out.append(valid ? bytes.substr(i, length) : std::string_view("\xEF\xBF\xBD"));
    i += length;
  }
  return arena.copy(out);
}

}  // namespace weir
