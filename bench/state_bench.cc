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

double cpu_seconds() {
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

class BenchDirectory {
 public:
  BenchDirectory() {
    char pattern[] = "/tmp/weir-bench-XXXXXX";
    if (mkdtemp(pattern) == nullptr) std::abort();
    path_ = pattern;
  }
  ~BenchDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::unique_ptr<TaskState> disk_state(const BenchDirectory& directory, size_t cache_bytes) {
  StateOptions options;
  options.cache_bytes_per_task = cache_bytes;
  return TaskState::open(StateEnvironment::create(options), directory.path());
}

double resident_megabytes() {
  double pages = 0;
  double resident = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%lf %lf", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * 4096 / (1 << 20);
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

// The CPU of all threads, RocksDB's too, that range(0) new rows of a join window cost a checkpoint.
void BM_JoinCheckpoint(benchmark::State& bench) {
  const BenchDirectory directory;
  const auto state = disk_state(directory, 256u << 20);
  WindowStore& store = state->window("rows", {kBenchRetention, true});
  const std::string value(150, 'v');
  BenchKey key;
  int64_t time = 0;
  for (auto _ : bench) {
    for (int64_t i = 0; i < bench.range(0); ++i, ++time) {
      store.put(key.of(bench_scramble(static_cast<uint64_t>(time))), time, value);
    }
    commit(*state);
    const double before = cpu_seconds();
    state->checkpoint("meta");
    bench.SetIterationTime((cpu_seconds() - before) / static_cast<double>(bench.range(0)));
  }
}
BENCHMARK(BM_JoinCheckpoint)->Arg(1000)->Arg(20'000)->Arg(200'000)->UseManualTime()->Iterations(8);

// The same for a key-value store, with random keys out of 10^6, compactions included.
void BM_TableCheckpoint(benchmark::State& bench) {
  const BenchDirectory directory;
  const auto state = disk_state(directory, 64u << 20);
  auto& store = state->key_value("rows");
  const std::string value(150, 'v');
  BenchKey key;
  uint64_t n = 0;
  for (auto _ : bench) {
    double before = cpu_seconds();
    for (int64_t i = 0; i < bench.range(0); ++i, ++n) store.put(key.of(bench_scramble(n) % 1'000'000), value);
    commit(*state);
    const double put = cpu_seconds() - before;
    state->checkpoint("meta");
    bench.SetIterationTime((cpu_seconds() - before) / static_cast<double>(bench.range(0)));
    bench.counters["put"] = benchmark::Counter(put / static_cast<double>(bench.range(0)));
  }
}
BENCHMARK(BM_TableCheckpoint)->Arg(100'000)->UseManualTime()->Iterations(20);

// A stream-stream join's state, end to end: 10^6 records a side, each side puts and fetches from the other one, whose
// record came range(0) records before (0: none matches); a window of all records; commits, changelog and checkpoints as
// they come. Time is CPU of all threads for each record. RSS is the process's at the end.
void BM_Join(benchmark::State& bench) {
  const BenchDirectory directory;
  const auto state = disk_state(directory, 48u << 20);
  WindowStore& left = state->window("left", {kBenchRetention, true});
  WindowStore& right = state->window("right", {kBenchRetention, true});
  const std::string value(150, 'v');
  BenchKey key;
  size_t matched = 0;
  const auto count = [&](int64_t, std::string_view) { return ++matched, true; };
  constexpr int64_t kRecords = 1'000'000;
  for (auto _ : bench) {
    const double before = cpu_seconds();
    int checkpoints = 0;
    for (int64_t i = 0; i < kRecords; ++i) {
      left.put(key.of(bench_scramble(static_cast<uint64_t>(i))), i, value);
      right.fetch(key.of(bench_scramble(static_cast<uint64_t>(i))), i - kBenchRetention, i + 1000, count);
      const int64_t other = bench.range(0) == 0 ? i + (int64_t{1} << 40) : i - bench.range(0);
      right.put(key.of(bench_scramble(static_cast<uint64_t>(other))), i, value);
      left.fetch(key.of(bench_scramble(static_cast<uint64_t>(other))), i - kBenchRetention, i + 1000, count);
      if (i % kRowsPerCommit != kRowsPerCommit - 1) continue;
      commit(*state);
      if (!state->wants_checkpoint()) continue;
      state->checkpoint("meta");
      ++checkpoints;
    }
    bench.SetIterationTime((cpu_seconds() - before) / (2.0 * kRecords));
    bench.counters["checkpoints"] = checkpoints;
  }
  bench.counters["matched"] = static_cast<double>(matched);
  bench.counters["rss_mb"] = resident_megabytes();
  bench.counters["state_mb"] = static_cast<double>(state->memory_used()) / (1 << 20);
}
BENCHMARK(BM_Join)->Arg(100)->Arg(100'000)->Arg(0)->UseManualTime()->Iterations(1);

// Time to open a state of 10^6 join rows.
void BM_Reopen(benchmark::State& bench) {
  const BenchDirectory directory;
  const std::string value(150, 'v');
  BenchKey key;
  {
    const auto state = disk_state(directory, 48u << 20);
    WindowStore& store = state->window("rows", {kBenchRetention, true});
    for (int64_t i = 0; i < 1'000'000; ++i) {
      store.put(key.of(bench_scramble(static_cast<uint64_t>(i))), i, value);
      if (i % 100'000 != 99'999) continue;
      commit(*state);
      state->checkpoint("meta");
    }
  }
  for (auto _ : bench) {
    const auto state = disk_state(directory, 48u << 20);
    benchmark::DoNotOptimize(state->window("rows", {kBenchRetention, true}).observed_time());
  }
}
BENCHMARK(BM_Reopen)->Unit(benchmark::kMillisecond);

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
