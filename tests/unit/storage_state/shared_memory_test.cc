// How tasks share the memory that a process has for state, and what of a task's goes first.
#include <doctest/doctest.h>

#include <string>

#include "storage/state/cache_pool.h"
#include "storage/state/state.h"
#include "tests/unit/temporary_directory.h"

using weir::state::CachePool;
using weir::state::KeyValueStore;
using weir::state::StateEnvironment;
using weir::state::StateOptions;
using weir::state::TaskState;
using weir::state::WindowStore;
using weir::test::TemporaryDirectory;

namespace {

void fill_table(TaskState& state, KeyValueStore& table, int rows) {
  for (int i = 0; i < rows; ++i) table.put("key" + std::to_string(i), std::string(100, 'v'));
  state.committed();
  state.checkpoint("meta");
}

}  // namespace

TEST_CASE("a pool gives what others leave free, and an equal share at least") {
  CachePool pool(100);
  pool.join();
  CHECK(pool.share(0, 80) == 100);
  pool.join();
  CHECK(pool.share(0, 10) == 50);   // the first has 80: half of all, though only 20 are free
  CHECK(pool.share(80, 80) == 90);  // all but the second's 10
  CHECK(pool.share(10, 50) == 50);
  CHECK(pool.share(80, 80) == 50);  // and gives way
  CHECK(pool.share(80, 45) == 50);
  pool.leave(50);
  CHECK(pool.share(45, 45) == 100);
  CHECK(pool.used() == 45);
}

TEST_CASE("tasks give memory to each other at their commits, and get it back when one goes") {
  const TemporaryDirectory directory;
  StateOptions options;
  options.cache_bytes = 400'000;
  options.cache_bytes_per_task = 1'000'000;
  const auto environment = StateEnvironment::create(options);
  const auto first = TaskState::open(environment, directory / "first");
  KeyValueStore& table = first->key_value("table");
  fill_table(*first, table, 4000);
  CHECK(first->memory_used() > 300'000);
  CHECK(first->memory_used() <= 400'000);
  {
    const auto second = TaskState::open(environment, directory / "second");
    fill_table(*second, second->key_value("table"), 4000);
    CHECK(second->memory_used() <= 200'000);
    first->committed();
    CHECK(first->memory_used() <= 250'000);
    CHECK(first->memory_used() > 150'000);
  }
  fill_table(*first, table, 4000);
  CHECK(first->memory_used() > 300'000);
  for (int i = 0; i < 4000; ++i) REQUIRE(table.get("key" + std::to_string(i)) == std::string(100, 'v'));
}

TEST_CASE("what is asked for little goes first") {
  const TemporaryDirectory directory;
  StateOptions options;
  options.cache_bytes_per_task = 8'000'000;  // some times the chunks in which rows are kept
  const auto state = TaskState::open(StateEnvironment::create(options), directory / "task");
  WindowStore& large = state->window("large", {1'000'000'000, true});
  KeyValueStore& small = state->key_value("small");
  fill_table(*state, small, 1000);
  const auto count = [&](const std::string& key) {
    size_t found = 0;
    large.fetch(key, 0, INT64_MAX, [&](int64_t, std::string_view) { return ++found, true; });
    return found;
  };
  for (int i = 0; i < 20'000; ++i) {
    large.put("key" + std::to_string(i), i, std::string(2000, 'v'));
    REQUIRE(small.get("key" + std::to_string(i % 1000)).has_value());
    if (i % 1000 != 999) continue;
    state->committed();
    state->checkpoint("meta");
    CHECK(state->memory_used() <= 8'000'000);
    CHECK(count("key" + std::to_string(i / 2)) == 1);
  }
  // All of the small one is still there: nothing has to be loaded, which would show as more memory.
  const size_t before = state->memory_used();
  for (int i = 0; i < 1000; ++i) REQUIRE(small.get("key" + std::to_string(i)).has_value());
  CHECK(state->memory_used() == before);
}
