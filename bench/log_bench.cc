// What the embedded log costs: CPU time of the whole process (background threads included) per record of about 200
// bytes. Run one after the other, on a quiet machine: log_bench --benchmark_time_unit=us
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "storage/log/log.h"

namespace weir::log {
namespace {

class BenchDirectory {
 public:
  BenchDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-bench-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~BenchDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::vector<std::string> order_values() {
  std::mt19937 random(1);
  std::vector<std::string> values;
  for (int i = 0; i < 4096; ++i) {
    char text[400];
    const int size = snprintf(text, sizeof text,
                              R"({"order_id":"ORD-%08u","customer":"C%06u","amount":%u.%02u,"currency":"EUR",)"
                              R"("status":"%s","note":"%08x%08x","region":"eu-west-%u","items":%u,)"
                              R"("created_at":%llu})",
                              static_cast<unsigned>(random() % 100000000), static_cast<unsigned>(random() % 1000000),
                              static_cast<unsigned>(random() % 1000), static_cast<unsigned>(random() % 100),
                              random() % 2 ? "PLACED" : "SHIPPED", static_cast<unsigned>(random()),
                              static_cast<unsigned>(random()), static_cast<unsigned>(random() % 3),
                              static_cast<unsigned>(random() % 10), 1700000000000ull + static_cast<unsigned>(i));
    values.emplace_back(text, static_cast<size_t>(size));
  }
  return values;
}

std::unique_ptr<Log> bench_log(const std::string& path, bool in_memory, int32_t partitions) {
  EmbeddedLogOptions options;
  options.path = path;
  options.in_memory = in_memory;
  auto log = open_embedded_log(options);
  TopicConfig config;
  config.partitions = partitions;
  log->create_topic("orders", config);
  return log;
}

void append_orders(LogTransaction& transaction, int64_t count, int32_t partitions, int64_t& next) {
  static const std::vector<std::string> values = order_values();
  for (int64_t i = 0; i < count; ++i, ++next) {
    const std::string& value = values[static_cast<size_t>(next) % values.size()];
    RecordView record;
    record.key = std::string_view(value).substr(13, 12);
    record.value = value;
    record.timestamp = 1700000000000 + next;
    transaction.append("orders", static_cast<int32_t>(next % partitions), record);
  }
}

// Arguments: records in a transaction, partitions.
void append_and_commit(benchmark::State& state) {
  const BenchDirectory directory;
  const auto partitions = static_cast<int32_t>(state.range(1));
  const auto log = bench_log(directory.path(), false, partitions);
  const auto transaction = log->open_transaction("bench");
  int64_t next = 0;
  for (auto _ : state) {
    append_orders(*transaction, state.range(0), partitions, next);
    transaction->commit();
  }
  state.SetItemsProcessed(next);
  state.counters["cpu/record"] =
      benchmark::Counter(static_cast<double>(next), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(append_and_commit)
    ->Args({10000, 1})
    ->Args({10000, 8})
    ->Args({1000, 8})
    ->Args({1, 1})
    ->MeasureProcessCPUTime();

// Arguments: records that were appended (few stay in the cache of recent blocks, many don't), records a poll.
void read_from_start(benchmark::State& state) {
  const BenchDirectory directory;
  const auto log = bench_log(directory.path(), false, 1);
  const auto transaction = log->open_transaction("bench");
  int64_t next = 0;
  while (next < state.range(0)) {
    append_orders(*transaction, 10000, 1, next);
    transaction->commit();
  }
  const auto reader = log->open_reader();
  const TopicPartition orders{"orders", 0};
  reader->assign(orders, kEarliest);
  int64_t read = 0;
  int64_t bytes = 0;
  for (auto _ : state) {
    if (reader->at_end(orders)) reader->assign(orders, kEarliest);
    for (const FetchedRecords& fetched : reader->poll(std::chrono::milliseconds(0), state.range(1))) {
      read += static_cast<int64_t>(fetched.records.size());
      for (const RecordView& record : fetched.records) bytes += static_cast<int64_t>(record.value->size());
    }
  }
  benchmark::DoNotOptimize(bytes);
  state.SetItemsProcessed(read);
  state.counters["cpu/record"] =
      benchmark::Counter(static_cast<double>(read), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(read_from_start)->Args({50000, 1000})->Args({1000000, 1000})->Args({50000, 1})->MeasureProcessCPUTime();

// A reader that waits in its own thread would measure the scheduler; this is the path in one thread: commit, then read.
void commit_one_and_read_it(benchmark::State& state) {
  const BenchDirectory directory;
  const auto log = bench_log(directory.path(), state.range(0) != 0, 1);
  const auto transaction = log->open_transaction("bench");
  const auto reader = log->open_reader();
  reader->assign({"orders", 0}, kLatest);
  int64_t next = 0;
  for (auto _ : state) {
    append_orders(*transaction, 1, 1, next);
    transaction->commit();
    benchmark::DoNotOptimize(reader->poll(std::chrono::milliseconds(0), 1000));
  }
  state.SetItemsProcessed(next);
}
BENCHMARK(commit_one_and_read_it)->Arg(0)->Arg(1)->MeasureProcessCPUTime();

// Argument: in memory or in an empty directory.
void open_empty(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    auto directory = std::make_unique<BenchDirectory>();
    state.ResumeTiming();
    auto log = bench_log(directory->path(), state.range(0) != 0, 1);
    log.reset();
    state.PauseTiming();
    directory.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(open_empty)->Arg(0)->Arg(1)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace weir::log

BENCHMARK_MAIN();
