// CREATE OR REPLACE … AS of running queries: the new plan goes on with the old one's offsets and stores.
#include "tests/unit/runtime/engine_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

std::string number(int n) { return std::to_string(n); }

}  // namespace

TEST_CASE("a replaced query goes on where it was, under its id, also after restarts") {
  Folder folder;
  EngineUnderTest engine(folder.path());
  engine.run("CREATE STREAM S (ID INT KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);");
  const std::string id = engine.run("CREATE STREAM T AS SELECT ID, V FROM S WHERE V < 10 EMIT CHANGES;").query_id;
  for (int i = 0; i < 20; ++i) engine.run("INSERT INTO S (ID, V) VALUES (" + number(i) + ", " + number(i) + ");");
  engine.wait_until_caught_up();
  CHECK(engine.records_in("T", 2) == 10);
  // Nothing of what was read is read again, though the new filter would let it pass.
  CHECK(engine.run("CREATE OR REPLACE STREAM T AS SELECT ID, V, V * 2 AS W FROM S EMIT CHANGES;").query_id == id);
  CHECK(engine->catalog().queries().size() == 1);
  CHECK(engine->catalog().find_source("T")->columns.size() == 3);
  engine.wait_until_caught_up();
  CHECK(engine.records_in("T", 2) == 10);
  for (int i = 20; i < 25; ++i) engine.run("INSERT INTO S (ID, V) VALUES (" + number(i) + ", " + number(i) + ");");
  engine.wait_until_caught_up();
  CHECK(engine.records_in("T", 2) == 15);
  engine.close();
  engine.open();
  CHECK(engine->quarantined().empty());
  REQUIRE(engine->catalog().queries().size() == 1);
  CHECK(engine->catalog().queries()[0]->id == id);
  engine.run("INSERT INTO S (ID, V) VALUES (25, 25);");
  engine.wait_until_caught_up();
  CHECK(engine.records_in("T", 2) == 16);
  const auto rows = engine.rows("SELECT W FROM T WHERE ID = 25 EMIT CHANGES LIMIT 1;", 1);
  CHECK(rows[0][0].as_int() == 50);
  // The next query's number isn't that of the replaced one.
  CHECK(engine.run("CREATE STREAM U AS SELECT * FROM T EMIT CHANGES;").query_id == "CSAS_U_1");
}

TEST_CASE("a replaced join finds the rows that it kept") {
  Folder folder;
  EngineUnderTest engine(folder.path());
  engine.run("CREATE STREAM L (ID INT KEY, A INT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=2);");
  engine.run("CREATE STREAM R (ID INT KEY, X INT, B INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=2);");
  // The right side goes through a repartition topic, for a new key.
  const std::string join = " FROM L INNER JOIN R WITHIN 1 HOUR GRACE PERIOD 1 HOUR ON L.ID = R.X";
  engine.run("CREATE STREAM J AS SELECT L.ID AS ID, A, B" + join + " EMIT CHANGES;");
  for (int i = 0; i < 20; ++i)
    engine.run("INSERT INTO L (ROWTIME, ID, A) VALUES (1000, " + number(i) + ", " + number(i) + ");");
  engine.wait_until_caught_up();
  engine.run("CREATE OR REPLACE STREAM J AS SELECT L.ID AS ID, A, B, A + B AS SUM" + join +
             " WHERE A >= 10 EMIT CHANGES;");
  for (int i = 0; i < 20; ++i) {
    engine.run("INSERT INTO R (ROWTIME, ID, X, B) VALUES (2000, " + number(100 + i) + ", " + number(i) + ", 1);");
  }
  engine.wait_until_caught_up();
  CHECK(engine.records_in("J", 2) == 10);
  engine.close();
  engine.open();
  engine.run("INSERT INTO R (ROWTIME, ID, X, B) VALUES (3000, 7, 15, 1000);");
  engine.wait_until_caught_up();
  CHECK(engine.records_in("J", 2) == 11);
  const auto rows = engine.rows("SELECT SUM FROM J WHERE B = 1000 EMIT CHANGES LIMIT 1;", 1);
  CHECK(rows[0][0].as_int() == 1015);
}

TEST_CASE("a stream joined with itself goes on after restarts, each side where it was") {
  Folder folder;
  EngineUnderTest engine(folder.path());
  engine.run(
      "CREATE STREAM S (ID INT KEY, PARENT INT, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);");
  engine.run(
      "CREATE STREAM J AS SELECT C.PARENT AS PARENT, C.A AS A, P.A AS B FROM S C JOIN S P WITHIN 1 HOUR GRACE PERIOD 1 "
      "HOUR "
      "ON C.PARENT = P.ID EMIT CHANGES;");
  engine.run(
      "CREATE STREAM K AS SELECT X.ID AS ID, X.A AS A, Y.A AS B FROM S X JOIN S Y WITHIN 1 HOUR GRACE PERIOD 1 HOUR "
      "ON X.ID = Y.ID EMIT CHANGES;");
  // Each row is the parent of the next, and has a key of its own.
  for (int i = 0; i < 60; ++i) {
    engine.run("INSERT INTO S (ROWTIME, ID, PARENT, A) VALUES (" + number(1000 + i) + ", " + number(i) + ", " +
               number(i - 1) + ", " + number(i) + ");");
    if (i % 15 != 14) continue;
    engine.close();
    engine.open();
  }
  engine.wait_until_caught_up();
  CHECK(engine.records_in("J", 2) == 59);
  CHECK(engine.records_in("K", 2) == 60);
}

TEST_CASE("a paused query that is replaced stays paused, also after a restart") {
  Folder folder;
  EngineUnderTest engine(folder.path());
  engine.run("CREATE STREAM S (ID INT KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);");
  const std::string id = engine.run("CREATE STREAM T AS SELECT * FROM S EMIT CHANGES;").query_id;
  engine.run("PAUSE " + id + ";");
  engine.run("INSERT INTO S (ID, V) VALUES (1, 1);");
  engine.run("CREATE OR REPLACE STREAM T AS SELECT ID, V + 1 AS V FROM S EMIT CHANGES;");
  CHECK(engine->query_status(id)->state() == QueryStatus::State::kPaused);
  engine.close();
  engine.open();
  CHECK(engine->query_status(id)->state() == QueryStatus::State::kPaused);
  CHECK(engine.records_in("T") == 0);
  engine.run("RESUME " + id + ";");
  const auto rows = engine.rows("SELECT V FROM T EMIT CHANGES LIMIT 1;", 1);
  CHECK(rows[0][0].as_int() == 2);
}

TEST_CASE("a refused replacement leaves the query as it was") {
  EngineUnderTest engine;
  engine.run("CREATE STREAM S (ID INT KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);");
  engine.run("CREATE STREAM S2 (ID INT KEY, V INT) WITH (KAFKA_TOPIC='s2', VALUE_FORMAT='JSON', PARTITIONS=1);");
  engine.run("CREATE STREAM T AS SELECT * FROM S EMIT CHANGES;");
  CHECK(refusal(engine, "CREATE OR REPLACE STREAM T AS SELECT * FROM S2 EMIT CHANGES;").find("CSAS_T_0") !=
        std::string::npos);
  engine.run("INSERT INTO S (ID, V) VALUES (1, 1);");
  engine.wait_until_caught_up();
  CHECK(engine.records_in("T") == 1);
}
