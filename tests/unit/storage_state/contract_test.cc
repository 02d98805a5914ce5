// What state.h promises beyond what the model compares.
#include <doctest/doctest.h>

#include "state_model.h"

using weir::state::ChangelogRecord;
using weir::state::StateEnvironment;
using weir::state::StateError;
using weir::state::StateOptions;
using weir::state::TaskState;

namespace {

std::unique_ptr<TaskState> contract_state() {
  StateOptions options;
  options.in_memory = true;
  return TaskState::open(StateEnvironment::create(options), {});
}

}  // namespace

TEST_CASE("a join window gives rows by time, equal times in the order of the puts") {
  const auto state = contract_state();
  auto& store = state->window("w", {100, true});
  CHECK(store.observed_time() == INT64_MIN);
  CHECK(store.put("k", 50, "a"));
  CHECK(store.put("k", 40, "b"));
  CHECK(store.put("k", 50, "c"));
  CHECK(store.put("k", 45, "d"));
  CHECK(store.put("other", 45, "e"));
  std::string found;
  store.fetch("k", 0, 100, [&](int64_t, std::string_view value) { return found += value, true; });
  CHECK(found == "bdac");
  found.clear();
  store.fetch("k", 0, 100, [&](int64_t, std::string_view value) { return found += value, found.size() < 2; });
  CHECK(found == "bd");
  found.clear();
  store.fetch("k", 45, 49, [&](int64_t, std::string_view value) { return found += value, true; });
  CHECK(found == "d");
}

TEST_CASE("rows expire by observed time, at once and to the millisecond") {
  for (const bool duplicates : {true, false}) {
    const auto state = contract_state();
    auto& store = state->window("w", {100, duplicates});
    CHECK(store.put("k", 1000, "a"));
    CHECK(!store.put("k", 900, "late"));
    CHECK(store.put("k", 901, "just in time"));
    const auto count = [&] {
      int rows = 0;
      store.fetch("k", INT64_MIN, INT64_MAX, [&](int64_t, std::string_view) { return ++rows, true; });
      return rows;
    };
    CHECK(count() == 2);
    store.advance_time(1001);
    CHECK(count() == 1);
    store.advance_time(1000);  // never back
    CHECK(store.observed_time() == 1001);
    state->aborted();
    CHECK(store.observed_time() == INT64_MIN);
    CHECK(count() == 0);
    CHECK(store.put("k", 5, "early again"));
  }
}

TEST_CASE("times at the ends of what there is don't break anything") {
  for (const bool duplicates : {true, false}) {
    const auto state = contract_state();
    auto& store = state->window("w", {1000, duplicates});
    CHECK(store.put("k", -5000, "a"));
    CHECK(store.put("k", INT64_MAX, "b"));
    int rows = 0;
    store.fetch("k", INT64_MIN, INT64_MAX,
                [&](int64_t time, std::string_view) { return rows += time == INT64_MAX, true; });
    store.fetch_all(INT64_MIN, INT64_MAX, [&](std::string_view, int64_t, std::string_view) { return ++rows, true; });
    CHECK(rows == 2);
    state->committed();
    auto& ends = state->window("ends", {INT64_MAX, duplicates});
    CHECK(ends.put("k", INT64_MAX, "a"));
    CHECK(ends.put("k", 1, "b"));
    CHECK(!ends.put("k", 0, "c"));
  }
}

TEST_CASE("the changelog has what a commit changed and nothing that came and went") {
  const auto state = contract_state();
  auto& table = state->key_value("t");
  state->window("idle", {1000, true});
  table.put("a", "1");
  table.put("b", "2");
  table.put("a", "3");
  table.put("c", "4");
  table.remove("c");
  table.remove("never there");
  std::vector<std::string> records;
  const auto take = [&] {
    records.clear();
    state->take_changelog([&](const std::string& store, const ChangelogRecord& record) {
      records.push_back(store + " " + std::string(record.key) +
                        (record.value ? "=" + std::string(*record.value) : " removed"));
    });
  };
  take();
  CHECK(records == std::vector<std::string>{"t a=3", "t b=2"});
  take();  // nothing was committed
  CHECK(records.size() == 2);
  state->committed();
  take();
  CHECK(records.empty());
  table.remove("a");
  take();
  CHECK(records == std::vector<std::string>{"t a removed"});
  state->aborted();
  CHECK(table.get("a") == "3");
  take();
  CHECK(records.empty());
}

TEST_CASE("a value may be put back where it came from") {
  const auto state = contract_state();
  auto& table = state->key_value("t");
  table.put("a", std::string(100, 'x'));
  table.put("a", table.get("a")->substr(50));
  CHECK(table.get("a") == std::string(50, 'x'));
  state->committed();
  table.put("a", table.get("a")->substr(10));
  CHECK(table.get("a") == std::string(40, 'x'));
  state->aborted();
  CHECK(table.get("a") == std::string(50, 'x'));
}

TEST_CASE("misuse is named") {
  const auto state = contract_state();
  state->key_value("orders");
  CHECK_THROWS_WITH_AS(state->window("orders", {10, true}), doctest::Contains("'orders'"), StateError);
  CHECK_THROWS_WITH_AS(state->window("w", {-1, true}), doctest::Contains("-1"), StateError);
  CHECK_THROWS_AS(state->key_value(""), StateError);
  auto& joins = state->window("joins", {10, true});
  CHECK_THROWS_WITH_AS(joins.remove("k", 1), doctest::Contains("'joins'"), StateError);
  CHECK_THROWS_WITH_AS(joins.get("k", 1), doctest::Contains("'joins'"), StateError);
  CHECK_THROWS_WITH_AS(state->restore("gone", {}), doctest::Contains("'gone'"), StateError);
  CHECK_THROWS_WITH_AS(state->restore("joins", {"", "rubbish", 0}), doctest::Contains("'joins'"), StateError);
}

TEST_CASE("memory goes down again when rows expire or are removed") {
  const auto state = contract_state();
  auto& table = state->key_value("t");
  auto& joins = state->window("joins", {1000, true});
  auto& windows = state->window("windows", {1000, false});
  auto& sessions = state->session("sessions", 1000);
  for (int i = 0; i < 20'000; ++i) {
    const std::string key = std::to_string(i);
    table.put(key, std::string(100, 'v'));
    joins.put(key, i % 1000, std::string(100, 'v'));
    windows.put(key, i % 1000, std::string(100, 'v'));
    sessions.put(key, i % 1000, i % 1000, std::string(100, 'v'));
  }
  state->committed();
  CHECK(state->memory_used() > 8'000'000);
  for (int i = 0; i < 20'000; ++i) table.remove(std::to_string(i));
  joins.advance_time(3000);
  windows.advance_time(3000);
  sessions.advance_time(3000);
  state->committed();
  CHECK(state->memory_used() < 5'000'000);  // the tables of slots stay
  CHECK(table.approximate_entries() == 0);
}
