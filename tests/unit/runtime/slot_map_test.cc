#include "engine/runtime/slot_map.h"

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace weir;

TEST_CASE("the partitions of a query lie in slots of their own, as long as there are enough") {
  for (const char* topic : {"orders", "payments", ""}) {
    const uint32_t shift = slot_shift(topic);
    std::set<int32_t> slots;
    for (int32_t partition = 0; partition < 64; ++partition) {
      const int32_t slot = slot_of(shift, partition, 64);
      CHECK(slot >= 0);
      CHECK(slot < 64);
      slots.insert(slot);
    }
    CHECK(slots.size() == 64);
    CHECK(slot_of(shift, 64, 64) == slot_of(shift, 0, 64));
  }
}

TEST_CASE("each run of neighbouring slots has its part of a query's partitions") {
  // Twelve partitions, three servers: whichever third of the circle a server has, it has three to five of them.
  for (const char* topic : {"a", "b", "c", "d"}) {
    for (int32_t from = 0; from < 64; ++from) {
      int in_run = 0;
      for (int32_t partition = 0; partition < 12; ++partition) {
        const int32_t slot = slot_of(slot_shift(topic), partition, 64);
        if ((slot - from + 64) % 64 < 21) ++in_run;
      }
      CHECK(in_run >= 3);
      CHECK(in_run <= 5);
    }
  }
}

TEST_CASE("a topic's slots are the same for ever") {
  // Kept positions are found again by them: a change here loses them.
  CHECK(slot_of(slot_shift("orders"), 0, 64) == 28);
  CHECK(slot_of(slot_shift("orders"), 1, 64) == 60);
  CHECK(slot_of(slot_shift("orders"), 5, 64) == 4);
}
