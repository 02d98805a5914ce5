#include "engine/exec/expiry_queue.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

using namespace weir;

namespace {

std::unique_ptr<state::TaskState> make_state() {
  state::StateOptions options;
  options.in_memory = true;
  return state::TaskState::open(state::StateEnvironment::create(options), "");
}

// A queue over rows that the test keeps.
struct QueueUnderTest {
  explicit QueueUnderTest(int64_t ttl) : state(make_state()), notes(&state->key_value("notes")), ttl_ms(ttl) { open(); }
  void open() {
    queue.emplace(*notes, ttl_ms);
    queue->start([](const auto&) {});
  }
  void put(const std::string& key, int64_t time) {
    const auto found = rows.find(key);
    queue->changed(key, time, found == rows.end() ? std::nullopt : std::optional(found->second));
    rows[key] = time;
  }
  std::vector<std::pair<int64_t, std::string>> take() {
    std::vector<std::pair<int64_t, std::string>> out;
    queue->take(
        [&](std::string_view key) -> std::optional<int64_t> {
          const auto found = rows.find(std::string(key));
          return found == rows.end() ? std::nullopt : std::optional(found->second);
        },
        [&](std::string_view key, int64_t time) {
          out.emplace_back(time, key);
          rows.erase(std::string(key));
        });
    return out;
  }
  size_t count_notes() {
    size_t count = 0;
    notes->scan({}, {}, [&](std::string_view, std::string_view) { return ++count > 0; });
    return count;
  }

  std::unique_ptr<state::TaskState> state;
  state::KeyValueStore* notes;
  int64_t ttl_ms;
  std::optional<ExpiryQueue> queue;
  std::map<std::string, int64_t> rows;
};

}  // namespace

TEST_CASE("rows end after the TTL, not at it, in the order of time") {
  QueueUnderTest test(10);
  CHECK(test.queue->empty());
  test.queue->advance(100);
  test.put("b", 100);
  test.put("c", 95);
  test.put("a", 100);
  CHECK_FALSE(test.queue->has_ended(90));
  CHECK(test.queue->has_ended(89));
  CHECK(test.queue->end_of(100) == 111);
  CHECK(test.queue->end_of(INT64_MAX - 3) == INT64_MAX);
  if (test.queue->advance(105)) CHECK(test.take().empty());
  CHECK(test.queue->advance(110));
  CHECK(test.take() == std::vector<std::pair<int64_t, std::string>>{{95, "c"}});
  CHECK_FALSE(test.queue->advance(110));
  CHECK(test.queue->would_end(111, INT64_MAX));
  CHECK(test.queue->advance(111));
  CHECK(test.take() == std::vector<std::pair<int64_t, std::string>>{{100, "a"}, {100, "b"}});
  CHECK(test.queue->empty());
}

TEST_CASE("an update costs no note, and its row ends by its last one") {
  QueueUnderTest test(10);
  for (int64_t time = 0; time < 10; ++time) {
    test.queue->advance(time);
    test.put("a", time);
  }
  CHECK(test.count_notes() == 1);
  test.queue->advance(11);
  CHECK(test.take().empty());
  test.queue->advance(19);
  CHECK(test.take().empty());
  test.queue->advance(20);
  CHECK(test.take() == std::vector<std::pair<int64_t, std::string>>{{9, "a"}});
  CHECK(test.count_notes() == 0);
}

TEST_CASE("times before 1970, empty keys and keys of any bytes") {
  QueueUnderTest test(5);
  const std::string odd("\0\xff", 2);
  test.queue->advance(-100);
  test.put("", -100);
  test.put(odd, -101);
  test.queue->advance(3);
  CHECK(test.take() == std::vector<std::pair<int64_t, std::string>>{{-101, odd}, {-100, ""}});
}

TEST_CASE("random rows end as in a plain model, also when the queue is opened anew") {
  std::mt19937 random(3);
  QueueUnderTest test(1000);
  std::map<std::string, int64_t> model;
  int64_t now = 0;
  size_t ended = 0;
  for (int i = 0; i < 60000; ++i) {
    now += i % 15000 == 14999 ? 5000 : random() % 2;
    if (test.queue->advance(now)) {
      std::set<std::pair<int64_t, std::string>> expected;
      for (const auto& [key, time] : test.rows) {
        if (time < now - 1000) expected.emplace(time, key);
      }
      const auto found = test.take();
      REQUIRE(found == std::vector<std::pair<int64_t, std::string>>(expected.begin(), expected.end()));
      ended += found.size();
    } else {
      // Nothing may be left behind unnoticed.
      if (i % 64 == 0) {
        for (const auto& [key, time] : test.rows) REQUIRE(time >= now - 1000);
      }
    }
    const std::string key = std::to_string(random() % 5000);
    const int64_t time = now - static_cast<int64_t>(random() % 10 == 0 ? random() % 900 : 0);
    if (random() % 10 == 0) {
      test.rows.erase(key);
    } else {
      test.put(key, time);
    }
    if (i % 7000 == 0) {
      test.queue->save();
      const int64_t stream_time = test.queue->stream_time();
      test.open();
      REQUIRE(test.queue->stream_time() == stream_time);
    }
  }
  CHECK(ended > 5000);
  CHECK(test.count_notes() < 3 * 5000);
}
