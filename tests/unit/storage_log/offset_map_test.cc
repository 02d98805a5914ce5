#include "storage/log/offset_map.h"

#include <doctest/doctest.h>

#include <string>

namespace weir::log::test {

TEST_CASE("the map knows each key's last offset, while it grows") {
  OffsetMap map(1 << 20);
  for (int64_t i = 0; i < 20000; ++i) REQUIRE(map.put("key" + std::to_string(i % 7000), i));
  bool right = true;
  for (int64_t key = 0; key < 7000; ++key) {
    const int64_t last = key + 7000 * ((19999 - key) / 7000);
    right = right && map.latest("key" + std::to_string(key)) == last;
  }
  CHECK(right);
  CHECK(map.latest("other") == -1);
  CHECK(map.put("", 5));
  CHECK(map.latest("") == 5);
}

TEST_CASE("a full map refuses new keys and keeps what it has") {
  OffsetMap map(0);
  int64_t taken = 0;
  while (map.put("key" + std::to_string(taken), taken)) ++taken;
  CHECK(taken > 100);
  CHECK(map.latest("key" + std::to_string(taken)) == -1);
  CHECK(map.put("key0", 12345));  // a known key needs no room
  CHECK(map.latest("key0") == 12345);
}

}  // namespace weir::log::test
