// How state comes back: from checkpoints that fit the log, from changelogs where they don't.
#include "tests/unit/runtime/engine_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

namespace fs = std::filesystem;

constexpr const char* kJoin =
    "CREATE STREAM J AS SELECT L.ID AS ID, A, B FROM L INNER JOIN R WITHIN 1 HOUR GRACE PERIOD 1 HOUR ON L.ID = R.ID "
    "EMIT CHANGES;";

std::string create_join(EngineUnderTest& engine) {
  engine.run("CREATE STREAM L (ID INT KEY, A STRING) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=1);");
  engine.run("CREATE STREAM R (ID INT KEY, B STRING) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);");
  return engine.run(kJoin).query_id;
}

void insert(EngineUnderTest& engine, const std::string& stream, const std::string& column, int id,
            const std::string& value) {
  engine.run("INSERT INTO " + stream + " (ROWTIME, ID, " + column + ") VALUES (1000, " + std::to_string(id) + ", '" +
             value + "');");
}

}  // namespace

TEST_CASE("a checkpoint that is ahead of the log is thrown away, and the changelog replayed") {
  Folder folder, backup;
  EngineUnderTest engine(folder.path());
  create_join(engine);
  insert(engine, "L", "A", 1, "kept");
  engine.wait_until_caught_up();
  engine.close();
  fs::copy(folder.path() + "/log", backup.path(), fs::copy_options::recursive);
  engine.open();
  insert(engine, "L", "A", 2, "lost");
  engine.wait_until_caught_up();
  engine.close();
  // What a power cut does to a log that isn't synced; the checkpoint was.
  fs::remove_all(folder.path() + "/log");
  fs::copy(backup.path(), folder.path() + "/log", fs::copy_options::recursive);
  engine.open();
  insert(engine, "R", "B", 1, "x");
  insert(engine, "R", "B", 2, "y");
  engine.wait_until_caught_up();
  CHECK(engine.records_in("J") == 1);
  // The new checkpoint counts.
  engine.close();
  engine.open();
  insert(engine, "R", "B", 1, "z");
  engine.wait_until_caught_up();
  CHECK(engine.records_in("J") == 2);
}

TEST_CASE("a changelog that doesn't fit into the cache goes to the disk while it is replayed") {
  Folder folder;
  EngineUnderTest engine(folder.path(),
                         {{"query.persistent.max.bytes", "20000"}, {"checkpoint.interval.ms", "3600000"}});
  const std::string id = create_join(engine);
  for (int i = 0; i < 100; ++i) insert(engine, "L", "A", i, std::string(1000, 'x'));
  engine.wait_until_caught_up();
  engine.close();
  const std::string state = folder.path() + "/state/" + id;
  REQUIRE(fs::exists(state));
  fs::remove_all(state);
  engine.open();
  const auto deadline = Clock::now() + kDeadline;
  while (engine->query_status(id)->state() != QueryStatus::State::kRunning) {
    REQUIRE(Clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  CHECK(files_ending(state, ".sst") > 0);
  for (int i = 0; i < 100; ++i) insert(engine, "R", "B", i, "y");
  engine.wait_until_caught_up();
  CHECK(engine.records_in("J") == 100);
}
