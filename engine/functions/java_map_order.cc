#include "engine/functions/java_map_order.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

#include "engine/functions/utf16_text.h"

namespace weir {
namespace {

// String.hashCode: over UTF-16 units.
uint32_t hash_of_text(std::string_view text) {
  uint32_t hash = 0;
  for (size_t at = 0; at < text.size();) {
    size_t width = 0;
    const char32_t character = decode_utf8(text.substr(at), width);
    at += width;
    if (character > 0xFFFF) {
      const uint32_t rest = character - 0x10000;
      hash = 31 * hash + (0xD800 + (rest >> 10));
      hash = 31 * hash + (0xDC00 + (rest & 0x3FF));
    } else {
      hash = 31 * hash + character;
    }
  }
  return hash;
}

uint32_t hash_of_key(const Column& keys, uint32_t i) {
  if (keys.is_null(i)) return 0;
  if (keys.kind() == TypeKind::kString) return hash_of_text(keys.at<std::string_view>(i));
  if (keys.kind() == TypeKind::kInt) return static_cast<uint32_t>(keys.at<int32_t>(i));
  const auto wide = static_cast<uint64_t>(keys.at<int64_t>(i));
  return static_cast<uint32_t>(wide ^ (wide >> 32));
}

// How many buckets a HashMap has that was made for `size` entries and got them: more than three quarters full it
// doubles.
uint32_t buckets_for(uint32_t size) {
  const uint32_t buckets = std::bit_ceil(size);
  return size > buckets / 4 * 3 + (buckets % 4) * 3 / 4 ? buckets * 2 : buckets;
}

}  // namespace

void java_map_order(const Column& map, uint32_t row, std::vector<uint32_t>& entries) {
  const uint32_t begin = map.offsets()[row], end = map.offsets()[row + 1];
  entries.resize(end - begin);
  std::iota(entries.begin(), entries.end(), begin);
  const Column& keys = map.child(0);
  const TypeKind kind = keys.kind();
  if (entries.size() < 2 || (kind != TypeKind::kString && kind != TypeKind::kInt && kind != TypeKind::kBigint)) return;
  const uint32_t mask = buckets_for(end - begin) - 1;
  std::vector<std::pair<uint32_t, uint32_t>> places;  // bucket, index: within a bucket the order of arrival
  places.reserve(entries.size());
  for (const uint32_t i : entries) {
    const uint32_t hash = hash_of_key(keys, i);
    places.emplace_back((hash ^ (hash >> 16)) & mask, i);
  }
  std::sort(places.begin(), places.end());
  for (size_t i = 0; i < places.size(); ++i) entries[i] = places[i].second;
}

}  // namespace weir
