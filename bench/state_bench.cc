// CPU per row of the state stores. Rows are as a stream-stream join has them: a key of 24 bytes, a value of 150.
#include <benchmark/benchmark.h>

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "storage/state/state.h"

namespace {

using weir::state::ChangelogRecord;
using weir::state::StateEnvironment;
using weir::state::StateOptions;
using weir::state::TaskState;
using weir::state::WindowStore;

constexpr int64_t kRowsPerCommit = 5000;
constexpr int64_t kBenchRetention = 1u << 30;

// "order-000000000000012345": neighbouring numbers, as keys often are.
class BenchKey {
 public:
  std::string_view of(uint64_t number) {
    for (int i = 23; i >= 6; --i, number /= 10) text_[i] = static_cast<char>('0' + number % 10);
    return {text_, 24};
  }

 private:
  char text_[25] = "order-000000000000000000";
};

uint64_t bench_scramble(uint64_t x) {
  x *= 0x9e3779b97f4a7c15ull;
  return x ^ (x >> 32);
}

[[maybe_unused]] double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

std::unique_ptr<TaskState> memory_state() {
  StateOptions options;
  options.in_memory = true;
  return TaskState::open(StateEnvironment::create(options), {});
}

size_t commit(TaskState& state) {
  size_t bytes = 0;
  state.take_changelog([&](const std::string&, const ChangelogRecord& record) { bytes += record.value->size(); });
  state.committed();
  return bytes;
}

// Puts of ever new keys; range(0) rows are live. Changelog and expiry included.
void BM_JoinPut(benchmark::State& bench) {
  const auto state = memory_state();
  WindowStore& store = state->window("rows", {bench.range(0), true});
  const std::string value(150, 'v');
  BenchKey key;
  int64_t time = 0;
  for (auto _ : bench) {
    store.put(key.of(bench_scramble(static_cast<uint64_t>(time)) % 1'000'000'000), time, value);
    if (++time % kRowsPerCommit == 0) benchmark::DoNotOptimize(commit(*state));
  }
}
BENCHMARK(BM_JoinPut)->Arg(10'000)->Arg(200'000);

// Every key has been put once; range(1): the fetched key is one of the newest so many rows.
void BM_JoinFetchHit(benchmark::State& bench) {
  const auto state = memory_state();
  WindowStore& store = state->window("rows", {kBenchRetention, true});
  const std::string value(150, 'v');
  BenchKey key;
  for (int64_t i = 0; i < bench.range(0); ++i) store.put(key.of(bench_scramble(static_cast<uint64_t>(i))), i, value);
  commit(*state);
  size_t found = 0;
  uint64_t n = 1;
  for (auto _ : bench) {
    n = bench_scramble(n + 1);
    const int64_t row = bench.range(0) - 1 - static_cast<int64_t>(n % static_cast<uint64_t>(bench.range(1)));
    store.fetch(key.of(bench_scramble(static_cast<uint64_t>(row))), row - 1000, row + 1000,
                [&](int64_t, std::string_view v) { return found += v.size(), true; });
  }
  if (found == 0) bench.SkipWithError("nothing found");
}
BENCHMARK(BM_JoinFetchHit)->Args({200'000, 5'000})->Args({200'000, 200'000});

void BM_JoinFetchMiss(benchmark::State& bench) {
  const auto state = memory_state();
  WindowStore& store = state->window("rows", {kBenchRetention, true});
  const std::string value(150, 'v');
  BenchKey key;
  for (int64_t i = 0; i < bench.range(0); ++i) store.put(key.of(static_cast<uint64_t>(i) * 2), i, value);
  commit(*state);
  uint64_t n = 1;
  for (auto _ : bench) {
    n = bench_scramble(n + 1);
    store.fetch(key.of(n % static_cast<uint64_t>(bench.range(0)) * 2 + 1), 0, 1000,
                [](int64_t, std::string_view) { return true; });
  }
}
BENCHMARK(BM_JoinFetchMiss)->Arg(200'000);

// A tumbling aggregate: get and put of (key, window), range(0) keys.
void BM_AggregateUpdate(benchmark::State& bench) {
  const auto state = memory_state();
  WindowStore& store = state->window("windows", {3'600'000, false});
  const std::string value(40, 'v');
  BenchKey key;
  int64_t n = 0;
  for (auto _ : bench) {
    const std::string_view k = key.of(bench_scramble(static_cast<uint64_t>(n)) % static_cast<uint64_t>(bench.range(0)));
    benchmark::DoNotOptimize(store.get(k, n / 1'000'000 * 60'000));
    store.put(k, n / 1'000'000 * 60'000, value);
    if (++n % kRowsPerCommit == 0) benchmark::DoNotOptimize(commit(*state));
  }
}
BENCHMARK(BM_AggregateUpdate)->Arg(1000)->Arg(100'000);

// A session that grows with each record: find, remove, put.
void BM_SessionExtend(benchmark::State& bench) {
  const auto state = memory_state();
  auto& store = state->session("sessions", 1'000'000);
  const std::string value(40, 'v');
  BenchKey key;
  int64_t n = 0;
  for (auto _ : bench) {
    const std::string_view k = key.of(bench_scramble(static_cast<uint64_t>(n)) % static_cast<uint64_t>(bench.range(0)));
    int64_t start = n;
    int64_t end = -1;
    store.find(k, n - 500'000, n, [&](int64_t s, int64_t e, std::string_view) { return start = s, end = e, true; });
    if (end >= 0) store.remove(k, start, end);
    store.put(k, start, n, value);
    if (++n % kRowsPerCommit == 0) {
      store.advance_time(n);
      benchmark::DoNotOptimize(commit(*state));
    }
  }
}
BENCHMARK(BM_SessionExtend)->Arg(1000)->Arg(100'000);

void BM_Construct(benchmark::State& bench) {
  StateOptions options;
  options.in_memory = true;
  const auto environment = StateEnvironment::create(options);
  for (auto _ : bench) {
    const auto state = TaskState::open(environment, {});
    state->key_value("table").put("key", "value");
    state->window("left", {1000, true}).put("key", 1, "value");
    state->window("right", {1000, true}).put("key", 1, "value");
    benchmark::DoNotOptimize(state->memory_used());
  }
}
BENCHMARK(BM_Construct);

}  // namespace

BENCHMARK_MAIN();
