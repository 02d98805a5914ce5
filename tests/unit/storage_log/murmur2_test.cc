#include "storage/log/murmur2.h"

#include <doctest/doctest.h>

#include "storage/log/log.h"

namespace weir::log::test {

// The vectors of Kafka's own UtilsTest.
TEST_CASE("murmur2 gives what Kafka's Java client gives") {
  CHECK(murmur2("21") == -973932308);
  CHECK(murmur2("foobar") == -790332482);
  CHECK(murmur2("a-little-bit-long-string") == -985981536);
  CHECK(murmur2("a-little-bit-longer-string") == -1486304829);
  CHECK(murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8") == -58897971);
  CHECK(murmur2("abc") == 479470107);
}

TEST_CASE("a key's partition is murmur2 without its sign, modulo the partitions") {
  CHECK(partition_for_key("abc", 1) == 0);
  CHECK(partition_for_key("abc", 7) == 479470107 % 7);
  CHECK(partition_for_key("21", 100) == (-973932308 & 0x7fffffff) % 100);
  for (int i = 0; i < 100; ++i) {
    const int32_t partition = partition_for_key(std::to_string(i), 3);
    CHECK(partition >= 0);
    CHECK(partition < 3);
  }
}

}  // namespace weir::log::test
