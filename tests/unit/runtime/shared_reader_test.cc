#include "engine/runtime/shared_reader.h"

#include <doctest/doctest.h>

#include <chrono>

using namespace weir;

namespace {

constexpr std::chrono::seconds kSharedReaderPatience{20};

std::unique_ptr<log::Log> memory_log() {
  log::EmbeddedLogOptions options;
  options.in_memory = true;
  auto made = log::open_embedded_log(options);
  made->create_topic("t", {});
  return made;
}

void append(log::Log& log, int count) {
  const auto transaction = log.open_transaction("writer");
  for (int i = 0; i < count; ++i) {
    log::RecordView record;
    record.value = "v";
    transaction->append("t", 0, record);
  }
  transaction->commit();
}

class Collecting final : public RecordTarget {
 public:
  void take(size_t input, log::FetchedRecords records) override {
    CHECK(input == 0);
    for (const log::RecordView& record : records.records) offsets.push_back(record.offset);
  }
  size_t buffered(size_t) const override { return held ? offsets.size() : 0; }
  bool waits(size_t) const override { return held; }

  std::vector<int64_t> offsets;
  bool held = false;  // works through nothing
};

void poll_until(SharedReader& reader, const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + kSharedReaderPatience;
  while (!done()) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    reader.poll(100);
    reader.balance();
  }
}

bool is_run(const std::vector<int64_t>& offsets, int64_t from, int64_t to) {
  if (offsets.size() != static_cast<size_t>(to - from)) return false;
  for (size_t i = 0; i < offsets.size(); ++i) {
    if (offsets[i] != from + static_cast<int64_t>(i)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("each reader of a partition gets the records from where it begins") {
  const auto log = memory_log();
  append(*log, 500);
  SharedReader reader(*log, [] {});
  Collecting all, some;
  reader.subscribe(some, 0, {"t", 0}, 300);
  reader.subscribe(all, 0, {"t", 0}, 0);  // lower, before anything was read
  poll_until(reader, [&] { return all.offsets.size() == 500; });
  CHECK(is_run(all.offsets, 0, 500));
  CHECK(is_run(some.offsets, 300, 500));
  CHECK(reader.at_end({"t", 0}, all, 0));
}

TEST_CASE("who comes later and from further back catches up, and goes on with the others") {
  const auto log = memory_log();
  append(*log, 1000);
  SharedReader reader(*log, [] {});
  Collecting first, second;
  reader.subscribe(first, 0, {"t", 0}, 900);
  poll_until(reader, [&] { return first.offsets.size() == 100; });
  reader.subscribe(second, 0, {"t", 0}, 0);
  CHECK_FALSE(reader.at_end({"t", 0}, second, 0));
  poll_until(reader, [&] { return reader.at_end({"t", 0}, second, 0); });
  append(*log, 50);
  poll_until(reader, [&] { return first.offsets.size() == 150 && second.offsets.size() == 1050; });
  CHECK(is_run(first.offsets, 900, 1050));
  CHECK(is_run(second.offsets, 0, 1050));
  reader.unsubscribe(first);
  append(*log, 10);
  poll_until(reader, [&] { return second.offsets.size() == 1060; });
  CHECK(is_run(second.offsets, 0, 1060));
  CHECK(first.offsets.size() == 150);
}

TEST_CASE("who takes nothing more is let fall behind, and loses nothing by it") {
  const auto log = memory_log();
  append(*log, 100000);
  SharedReader reader(*log, [] {});
  Collecting quick, slow;
  slow.held = true;
  reader.subscribe(quick, 0, {"t", 0}, 0);
  reader.subscribe(slow, 0, {"t", 0}, 0);
  poll_until(reader, [&] { return quick.offsets.size() == 100000; });
  CHECK(slow.offsets.size() < 50000);
  slow.held = false;
  poll_until(reader, [&] { return slow.offsets.size() == 100000; });
  CHECK(is_run(slow.offsets, 0, 100000));
  CHECK(is_run(quick.offsets, 0, 100000));
  poll_until(reader, [&] { return reader.at_end({"t", 0}, slow, 0); });
}

TEST_CASE("all who read a partition have enough: it waits") {
  const auto log = memory_log();
  append(*log, 100000);
  SharedReader reader(*log, [] {});
  Collecting slow;
  slow.held = true;
  reader.subscribe(slow, 0, {"t", 0}, 0);
  for (int i = 0; i < 2000; ++i) {
    reader.poll(100);
    reader.balance();
  }
  CHECK(slow.offsets.size() < 20000);
  slow.held = false;
  poll_until(reader, [&] { return slow.offsets.size() == 100000; });
  CHECK(is_run(slow.offsets, 0, 100000));
}
