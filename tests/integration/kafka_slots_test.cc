// The slots of a service on a real broker: who owns which, and what becomes of a transaction whose slot has gone.
#include <doctest/doctest.h>

#include <atomic>
#include <set>

#include "storage/log/slot_group.h"
#include "tests/integration/kafka_fixture.h"

using namespace weir::log;
using namespace weir::log::test;

namespace {

constexpr int32_t kSlots = 8;

// What a process owns, as its listener is told.
struct Owner final : SlotListener {
  void slots_assigned(const std::vector<int32_t>& slots) override {
    const std::lock_guard lock(mutex);
    owned.insert(slots.begin(), slots.end());
  }
  void slots_revoked(const std::vector<int32_t>& slots) override {
    if (on_revoked) on_revoked();
    forget(slots);
  }
  void slots_lost(const std::vector<int32_t>& slots) override {
    forget(slots);
    lost = true;
  }
  void forget(const std::vector<int32_t>& slots) {
    const std::lock_guard lock(mutex);
    for (const int32_t slot : slots) owned.erase(slot);
  }
  std::set<int32_t> now() {
    const std::lock_guard lock(mutex);
    return owned;
  }
  std::mutex mutex;
  std::set<int32_t> owned;
  std::function<void()> on_revoked;
  std::atomic<bool> lost{false};
};

struct Process {
  Process(const std::string& address, const std::string& service, const std::string& name, bool stable = true)
      : test(address, true, {{"session.timeout.ms", "6000"}}) {
    SlotGroupOptions options;
    options.service = service;
    options.process = name;
    options.stable = stable;
    options.slots = kSlots;
    group = test.log->open_slots(options);
  }
  void join() { group->join(owner); }
  size_t count() { return owner.now().size(); }

  TestLog test;
  Owner owner;
  std::unique_ptr<SlotGroup> group;
};

void append_one(LogTransaction& transaction, const std::string& topic, const std::string& value) {
  RecordView record;
  record.key = "k";
  record.value = value;
  record.timestamp = 1000;
  transaction.append(topic, 0, record);
}

}  // namespace

TEST_CASE("slots are shared among processes, and their positions go with them") {
  const auto address = kafka_address();
  if (!address) return;
  const std::string service = unique_name("slots");
  Process first(*address, service, "first", false);
  const std::string topic = first.test.create_topic("slots-out");
  const TopicPartition input{"some-input", 3};
  auto transaction = first.group->open_transaction(0);
  first.join();
  REQUIRE(eventually([&] { return first.count() == kSlots; }));
  for (int32_t slot = 0; slot < kSlots; ++slot) {
    transaction->commit_position(slot, "query", input, CommittedOffset{100 + slot, "time"});
  }
  transaction->commit();
  CHECK(first.group->position(5, "query", input)->offset == 105);
  CHECK_FALSE(first.group->position(5, "other", input));

  Process second(*address, service, "second", false);
  auto other = second.group->open_transaction(0);
  second.join();
  REQUIRE(eventually([&] { return first.count() == kSlots / 2 && second.count() == kSlots / 2; }));
  for (const int32_t slot : second.owner.now()) {
    const auto position = second.group->position(slot, "query", input);
    REQUIRE(position);
    CHECK(position->offset == 100 + slot);
    CHECK(position->metadata == "time");
    other->commit_position(slot, "query", input, CommittedOffset{200 + slot, ""});
  }
  other->commit();
  // What another process has done can be seen too.
  const int32_t moved = *second.owner.now().begin();
  CHECK(eventually([&] { return first.group->position(moved, "query", input)->offset == 200 + moved; }));
  // One that isn't this process's can't be committed, and nothing of the transaction is seen.
  append_one(*transaction, topic, "refused");
  transaction->commit_position(moved, "query", input, CommittedOffset{1, ""});
  CHECK_THROWS_AS(transaction->commit(), LogError);
  transaction->abort();
  append_one(*transaction, topic, "taken");
  transaction->commit_position(*first.owner.now().begin(), "query", input, std::nullopt);
  transaction->commit();
  CHECK(read_partition(*first.test.log, {topic, 0}, 1)[0].value == "taken");
  CHECK_FALSE(first.group->position(*first.owner.now().begin(), "query", input));

  // Who leaves has his slots revoked, and the other gets them with what was committed meanwhile.
  second.owner.on_revoked = [&] {
    other->commit_position(moved, "query", input, CommittedOffset{300, ""});
    other->commit();
  };
  second.group->leave();
  CHECK(second.count() == 0);
  REQUIRE(eventually([&] { return first.count() == kSlots; }));
  CHECK(first.group->position(moved, "query", input)->offset == 300);
  first.group->leave();
}

TEST_CASE("a new owner waits for what the old one had open; a process that comes back ends it") {
  const auto address = kafka_address();
  if (!address) return;
  const std::string service = unique_name("slots");
  const TopicPartition input{"some-input", 0};
  auto gone = std::make_unique<Process>(*address, service, "same");
  const std::string topic = gone->test.create_topic("slots-open");
  auto open = gone->group->open_transaction(0);
  gone->join();
  REQUIRE(eventually([&] { return gone->count() == kSlots; }));
  open->commit_position(2, "query", input, CommittedOffset{7, ""});
  open->commit();
  // Left open: appended and flushed by nobody, but on its way.
  append_one(*open, topic, "never");

  Process back(*address, service, "same");
  const auto began = std::chrono::steady_clock::now();
  auto again = back.group->open_transaction(0);
  back.join();
  REQUIRE(eventually([&] { return back.count() == kSlots; }));
  CHECK(back.group->position(2, "query", input)->offset == 7);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(10));
  append_one(*again, topic, "yes");
  again->commit_position(2, "query", input, CommittedOffset{8, ""});
  append_until_committed(*again, [] {});
  // The one before is fenced, which the client may know by now or learn of at the commit.
  const auto go_on = [&] {
    append_one(*open, topic, "no");
    open->commit_position(2, "query", input, CommittedOffset{9, ""});
    open->commit();
  };
  CHECK_THROWS_AS(go_on(), LogError);
  const auto records = read_partition(*back.test.log, {topic, 0}, 1);
  REQUIRE(records.size() == 1);
  CHECK(records[0].value == "yes");
  back.group->leave();
  open.reset();
  gone->group->leave();
}
