#include "state_model.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace weir::state::test {

namespace {

bool model_expired(int64_t time, int64_t observed, int64_t retention) {
  return observed != INT64_MIN && time <= observed - retention;
}

std::vector<ModelRow> expected_joins(const Model& model, const std::string* key, int64_t from, int64_t to) {
  std::vector<ModelRow> rows;
  for (const ModelRow& row : model.joins) {
    if (model_expired(row.time, model.joins_time, kJoinRetention)) continue;
    if (row.time >= from && row.time <= to && (key == nullptr || row.key == *key)) rows.push_back(row);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const ModelRow& a, const ModelRow& b) {
    return std::tie(a.time, a.key) < std::tie(b.time, b.key);
  });
  return rows;
}

std::vector<ModelRow> expected_windows(const Model& model, const std::string* key, int64_t from, int64_t to) {
  std::vector<ModelRow> rows;
  for (const auto& [place, value] : model.windows) {
    const auto& [time, row_key] = place;
    if (model_expired(time, model.windows_time, kWindowRetention)) continue;
    if (time >= from && time <= to && (key == nullptr || row_key == *key)) rows.push_back({row_key, time, value});
  }
  return rows;
}

std::vector<ModelRow> fetch_rows(WindowStore& store, const std::string& key, int64_t from, int64_t to) {
  std::vector<ModelRow> rows;
  store.fetch(key, from, to, [&](int64_t time, std::string_view value) {
    rows.push_back({key, time, std::string(value)});
    return true;
  });
  return rows;
}

std::vector<ModelRow> fetch_all_rows(WindowStore& store, int64_t from, int64_t to) {
  std::vector<ModelRow> rows;
  store.fetch_all(from, to, [&](std::string_view key, int64_t time, std::string_view value) {
    rows.push_back({std::string(key), time, std::string(value)});
    return true;
  });
  return rows;
}

struct ModelSession {
  std::string key;
  int64_t start;
  int64_t end;
  std::string value;
  bool operator==(const ModelSession&) const = default;
};

std::vector<ModelSession> expected_ended(const Model& model, int64_t before) {
  std::vector<ModelSession> sessions;
  for (const auto& [place, value] : model.sessions) {
    const auto& [end, key, start] = place;
    if (model_expired(end, model.sessions_time, kSessionRetention)) continue;
    if (end < before) sessions.push_back({key, start, end, value});
  }
  return sessions;
}

std::vector<ModelSession> expected_sessions(const Model& model, const std::string& key, int64_t earliest_end,
                                            int64_t latest_start) {
  std::vector<ModelSession> sessions;
  for (const auto& [place, value] : model.sessions) {
    const auto& [end, row_key, start] = place;
    if (model_expired(end, model.sessions_time, kSessionRetention)) continue;
    if (row_key == key && end >= earliest_end && start <= latest_start) sessions.push_back({key, start, end, value});
  }
  std::sort(sessions.begin(), sessions.end(), [](const ModelSession& a, const ModelSession& b) {
    return std::tie(a.start, a.end) < std::tie(b.start, b.end);
  });
  return sessions;
}

std::vector<ModelSession> find_sessions(SessionStore& store, const std::string& key, int64_t earliest_end,
                                        int64_t latest_start) {
  std::vector<ModelSession> sessions;
  store.find(key, earliest_end, latest_start, [&](int64_t start, int64_t end, std::string_view value) {
    sessions.push_back({key, start, end, std::string(value)});
    return true;
  });
  return sessions;
}

std::vector<ModelSession> find_ended_sessions(SessionStore& store, int64_t before) {
  std::vector<ModelSession> sessions;
  store.find_ended(before, [&](std::string_view key, int64_t start, int64_t end, std::string_view value) {
    sessions.push_back({std::string(key), start, end, std::string(value)});
    return true;
  });
  return sessions;
}

// Comparisons of many rows without printing them all.
template <class T>
void require_same(const std::vector<T>& found, const std::vector<T>& expected) {
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    REQUIRE(found[i] == expected[i]);
  }
}

}  // namespace

StateHarness::StateHarness(const Options& options, uint32_t seed)
    : options_(options), random_(seed), environment_(StateEnvironment::create(options.state)) {
  open();
}

StateHarness::Stores StateHarness::declare(TaskState& state) {
  Stores stores;
  stores.table = &state.key_value("table");
  stores.joins = &state.window("joins", {kJoinRetention, true});
  stores.windows = &state.window("windows", {kWindowRetention, false});
  stores.sessions = &state.session("sessions", kSessionRetention);
  return stores;
}

void StateHarness::replay(TaskState& state, const std::vector<LoggedRecord>& log, size_t from) {
  for (size_t i = from; i < log.size(); ++i) {
    const LoggedRecord& record = log[i];
    state.restore(record.store,
                  {record.key, record.value ? std::optional<std::string_view>(*record.value) : std::nullopt, 0});
  }
}

void StateHarness::open() {
  state_ = TaskState::open(environment_, options_.directory);
  stores_ = declare(*state_);
  const std::optional<std::string> meta = state_->checkpoint_meta();
  replay(*state_, log_, meta ? commit_ends_.at(std::stoul(*meta)) : 0);
}

void StateHarness::reopen() {
  state_.reset();
  open();
  model_ = committed_;
}

void StateHarness::move_to(const Options& options) {
  state_.reset();
  options_ = options;
  environment_ = StateEnvironment::create(options.state);
  reopen();
}

void StateHarness::check_directory(const StateOptions& options, const std::string& directory) const {
  const auto state = TaskState::open(StateEnvironment::create(options), directory);
  Stores stores = declare(*state);
  check(model_, stores);
}

void StateHarness::operate() {
  now_ += pick(0, 2 * options_.time_step);
  if (chance(0.002)) now_ += 400;
  switch (pick(0, 3)) {
    case 0:
      return operate_table();
    case 1:
      return operate_joins();
    case 2:
      return operate_windows();
    default:
      return operate_sessions();
  }
}

std::string StateHarness::random_key() {
  // Bytes that an encoding could stumble over, and keys that are prefixes of others.
  static constexpr char kBytes[] = {'\0', '\1', 'a', '\xff', '\xfe', 'p'};
  const auto number = static_cast<size_t>(pick(0, static_cast<int64_t>(options_.keys) - 1));
  if (options_.keys > 1000) return "key-" + std::to_string(number);
  std::string key;
  for (size_t rest = number; rest > 0; rest /= sizeof kBytes) key.push_back(kBytes[rest % sizeof kBytes]);
  return key;
}

std::string StateHarness::random_value() {
  size_t size = static_cast<size_t>(pick(0, static_cast<int64_t>(options_.largest_value)));
  if (chance(0.002)) size = 20'000;
  if (chance(0.0002)) size = 300'000;
  return std::string(size, static_cast<char>(pick(0, 255)));
}

int64_t StateHarness::random_time() {
  if (chance(0.7)) return now_ - pick(0, 20);
  return now_ - pick(0, 1200);
}

void StateHarness::operate_table() {
  INFO("an operation on table");
  const std::string key = random_key();
  const int64_t what = pick(0, 99);
  CAPTURE(what);
  if (what < 50) {
    const std::string value = random_value();
    stores_.table->put(key, value);
    model_.table[key] = value;
  } else if (what < 65) {
    stores_.table->remove(key);
    model_.table.erase(key);
  } else if (what < 90) {
    const auto found = stores_.table->get(key);
    const auto expected = model_.table.find(key);
    REQUIRE(found.has_value() == (expected != model_.table.end()));
    if (found) REQUIRE(*found == expected->second);
  } else if (what < 95) {
    std::vector<std::string> keys;
    for (int i = 0; i < 20; ++i) keys.push_back(random_key());
    std::string arena = "kept";
    std::vector<std::optional<std::string_view>> values;
    stores_.table->multi_get({keys.begin(), keys.end()}, arena, values);
    REQUIRE(values.size() == keys.size());
    CHECK(arena.starts_with("kept"));
    for (size_t i = 0; i < keys.size(); ++i) {
      const auto expected = model_.table.find(keys[i]);
      REQUIRE(values[i].has_value() == (expected != model_.table.end()));
      if (values[i]) REQUIRE(*values[i] == expected->second);
    }
  } else {
    std::string from = random_key();
    std::string to = random_key();
    if (!to.empty() && to < from) std::swap(from, to);
    std::vector<std::pair<std::string, std::string>> found;
    const size_t most = chance(0.5) ? 3 : SIZE_MAX;
    stores_.table->scan(from, to, [&](std::string_view row_key, std::string_view value) {
      found.emplace_back(row_key, value);
      return found.size() < most;
    });
    std::vector<std::pair<std::string, std::string>> expected;
    for (auto it = model_.table.lower_bound(from); it != model_.table.end() && (to.empty() || it->first < to); ++it) {
      if (expected.size() < most) expected.push_back(*it);
    }
    require_same(found, expected);
  }
}

void StateHarness::operate_joins() {
  INFO("an operation on joins");
  const std::string key = random_key();
  const int64_t time = random_time();
  const int64_t what = pick(0, 99);
  CAPTURE(what);
  if (what < 65) {
    const std::string value = random_value();
    model_.joins_time = std::max(model_.joins_time, time);
    const bool live = !model_expired(time, model_.joins_time, kJoinRetention);
    REQUIRE(stores_.joins->put(key, time, value) == live);
    if (live) model_.joins.push_back({key, time, value});
  } else if (what < 95) {
    const int64_t from = time - pick(0, 1000);
    const int64_t to = time + pick(-50, 100);
    require_same(fetch_rows(*stores_.joins, key, from, to), expected_joins(model_, &key, from, to));
  } else if (what < 97) {
    const int64_t from = time - pick(0, 300);
    require_same(fetch_all_rows(*stores_.joins, from, time), expected_joins(model_, nullptr, from, time));
  } else {
    stores_.joins->advance_time(time);
    model_.joins_time = std::max(model_.joins_time, time);
  }
  REQUIRE(stores_.joins->observed_time() == model_.joins_time);
}

void StateHarness::operate_windows() {
  INFO("an operation on windows");
  const std::string key = random_key();
  const int64_t time = random_time() / 50 * 50;
  const int64_t what = pick(0, 99);
  CAPTURE(what);
  if (what < 50) {
    const std::string value = random_value();
    model_.windows_time = std::max(model_.windows_time, time);
    const bool live = !model_expired(time, model_.windows_time, kWindowRetention);
    REQUIRE(stores_.windows->put(key, time, value) == live);
    if (live) model_.windows[{time, key}] = value;
  } else if (what < 60) {
    stores_.windows->remove(key, time);
    if (!model_expired(time, model_.windows_time, kWindowRetention)) model_.windows.erase({time, key});
  } else if (what < 80) {
    const auto found = stores_.windows->get(key, time);
    const auto expected = model_.windows.find({time, key});
    const bool live = expected != model_.windows.end() && !model_expired(time, model_.windows_time, kWindowRetention);
    REQUIRE(found.has_value() == live);
    if (found) REQUIRE(*found == expected->second);
  } else if (what < 90) {
    const int64_t from = time - pick(0, 600);
    const int64_t to = time + pick(-100, 100);
    require_same(fetch_rows(*stores_.windows, key, from, to), expected_windows(model_, &key, from, to));
  } else if (what < 97) {
    const int64_t from = time - pick(0, 300);
    require_same(fetch_all_rows(*stores_.windows, from, time), expected_windows(model_, nullptr, from, time));
  } else {
    stores_.windows->advance_time(time);
    model_.windows_time = std::max(model_.windows_time, time);
  }
  REQUIRE(stores_.windows->observed_time() == model_.windows_time);
}

void StateHarness::operate_sessions() {
  INFO("an operation on sessions");
  const std::string key = random_key();
  const int64_t end = random_time();
  const int64_t start = end - pick(0, 5) * 10;
  const int64_t what = pick(0, 99);
  CAPTURE(what);
  if (what < 45) {
    const std::string value = random_value();
    stores_.sessions->put(key, start, end, value);
    if (!model_expired(end, model_.sessions_time, kSessionRetention)) model_.sessions[{end, key, start}] = value;
  } else if (what < 65) {
    // Remove what is there, as a merge would.
    std::vector<ModelSession> found = find_sessions(*stores_.sessions, key, end - 30, start + 30);
    require_same(found, expected_sessions(model_, key, end - 30, start + 30));
    for (const ModelSession& session : found) {
      stores_.sessions->remove(session.key, session.start, session.end);
      model_.sessions.erase({session.end, session.key, session.start});
    }
  } else if (what < 80) {
    const int64_t earliest = end - pick(0, 800);
    require_same(find_sessions(*stores_.sessions, key, earliest, end), expected_sessions(model_, key, earliest, end));
  } else if (what < 90) {
    const int64_t before = end - pick(0, 700);
    require_same(find_ended_sessions(*stores_.sessions, before), expected_ended(model_, before));
  } else if (what < 94) {
    const int64_t before = now_ - pick(300, 600);
    std::vector<ModelSession> found = find_ended_sessions(*stores_.sessions, before);
    require_same(found, expected_ended(model_, before));
    for (const ModelSession& session : found) {
      stores_.sessions->remove(session.key, session.start, session.end);
      model_.sessions.erase({session.end, session.key, session.start});
    }
  } else {
    stores_.sessions->advance_time(end);
    model_.sessions_time = std::max(model_.sessions_time, end);
  }
}

void StateHarness::commit() {
  state_->take_changelog([&](const std::string& store, const ChangelogRecord& record) {
    if (store != "table") REQUIRE((record.value && record.value->size() < 500'000));
    log_.push_back(
        {store, std::string(record.key), record.value ? std::optional<std::string>(*record.value) : std::nullopt});
  });
  state_->committed();
  committed_ = model_;
  commit_ends_.push_back(log_.size());
}

void StateHarness::abort() {
  if (chance(0.5)) state_->take_changelog([](const std::string&, const ChangelogRecord&) {});
  state_->aborted();
  model_ = committed_;
}

void StateHarness::checkpoint() { state_->checkpoint(std::to_string(commits())); }

void StateHarness::check() { check(model_, stores_); }

void StateHarness::check(const Model& model, Stores& stores) {
  std::vector<std::pair<std::string, std::string>> rows;
  stores.table->scan({}, {}, [&](std::string_view key, std::string_view value) {
    rows.emplace_back(key, value);
    return true;
  });
  require_same(rows, {model.table.begin(), model.table.end()});
  for (const auto& [key, value] : model.table) REQUIRE(stores.table->get(key) == std::string_view(value));

  REQUIRE(stores.joins->observed_time() == model.joins_time);
  require_same(fetch_all_rows(*stores.joins, INT64_MIN, INT64_MAX),
               expected_joins(model, nullptr, INT64_MIN, INT64_MAX));
  REQUIRE(stores.windows->observed_time() == model.windows_time);
  require_same(fetch_all_rows(*stores.windows, INT64_MIN, INT64_MAX),
               expected_windows(model, nullptr, INT64_MIN, INT64_MAX));
  require_same(find_ended_sessions(*stores.sessions, INT64_MAX), expected_ended(model, INT64_MAX));

  std::map<std::string, int> keys;
  for (const ModelRow& row : model.joins) keys[row.key]++;
  for (const auto& [place, value] : model.windows) keys[place.second]++;
  for (const auto& [place, value] : model.sessions) keys[std::get<1>(place)]++;
  for (const auto& [key, count] : keys) {
    if (keys.size() > 500 && std::hash<std::string>{}(key) % (keys.size() / 500) != 0) continue;
    require_same(fetch_rows(*stores.joins, key, INT64_MIN, INT64_MAX),
                 expected_joins(model, &key, INT64_MIN, INT64_MAX));
    require_same(fetch_rows(*stores.windows, key, INT64_MIN, INT64_MAX),
                 expected_windows(model, &key, INT64_MIN, INT64_MAX));
    require_same(find_sessions(*stores.sessions, key, INT64_MIN, INT64_MAX),
                 expected_sessions(model, key, INT64_MIN, INT64_MAX));
  }
}

void StateHarness::check_full_restore() {
  StateOptions options;
  options.in_memory = true;
  const auto restored = TaskState::open(StateEnvironment::create(options), {});
  Stores stores = declare(*restored);
  replay(*restored, log_, 0);
  check(committed_, stores);
}

}  // namespace weir::state::test
