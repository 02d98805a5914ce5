#include "engine/exec/window_key.h"

#include <doctest/doctest.h>

#include <limits>

namespace weir {

namespace {
const WindowInfo kTumblingSecond{sql::WindowClause::Kind::kTumbling, 1000};
const WindowInfo kSessions{sql::WindowClause::Kind::kSession, 0};
}  // namespace

TEST_CASE("the window stands behind the key as Kafka Streams writes it") {
  std::string time = "k", session = "k";
  append_key_window(time, kTumblingSecond, {1000, 2000});
  CHECK(time == std::string("k\0\0\0\0\0\0\x03\xe8", 9));
  append_key_window(session, kSessions, {1000, 2000});
  CHECK(session == std::string("k\0\0\0\0\0\0\x07\xd0\0\0\0\0\0\0\x03\xe8", 17));
}

TEST_CASE("key and window come apart again") {
  for (const WindowInfo& info : {kTumblingSecond, kSessions}) {
    for (const int64_t start : {int64_t{0}, int64_t{1234567890123}, int64_t{-5}}) {
      std::string bytes = "some key";
      append_key_window(bytes, info, {start, start + 1000});
      const auto split = split_windowed_key(bytes, info);
      REQUIRE(split);
      CHECK(split->key == "some key");
      CHECK(split->window.start == start);
      CHECK(split->window.end == start + 1000);
    }
  }
  CHECK(split_windowed_key(std::string(8, '\0'), kTumblingSecond)->key.empty());
  CHECK_FALSE(split_windowed_key(std::string(7, '\0'), kTumblingSecond));
  CHECK_FALSE(split_windowed_key(std::string(15, '\0'), kSessions));
}

TEST_CASE("a window that would end after the end of time ends there") {
  std::string bytes;
  append_key_window(bytes, kTumblingSecond, {std::numeric_limits<int64_t>::max() - 1, 0});
  CHECK(split_windowed_key(bytes, kTumblingSecond)->window.end == std::numeric_limits<int64_t>::max());
}

}  // namespace weir
