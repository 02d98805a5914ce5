#include "engine/runtime/server_id.h"

#include <fstream>
#include <memory>

#include "engine/sql/error.h"
#include "tests/unit/runtime/engine_fixture.h"

namespace weir {

TEST_CASE("server id: kept in the state directory, one process at a time") {
  const std::string folder = std::filesystem::temp_directory_path() / ("weir_server_id_" + std::to_string(getpid()));
  const std::string state = folder + "/a/state";
  std::filesystem::remove_all(folder);
  std::string first;
  {
    const ServerId id(state);
    first = id.id();
    CHECK(first.size() == 36);
    CHECK(first[14] == '4');
    try {
      const ServerId second(state);
      FAIL("two owners of one directory");
    } catch (const StatementError& e) {
      CHECK(e.kind() == StatementError::Kind::kUnavailable);
      CHECK(std::string(e.what()).find(state) != std::string::npos);
      CHECK(std::string(e.what()).find("--data-dir") != std::string::npos);
    }
    CHECK(ServerId(folder + "/b").id() != first);
  }
  CHECK(ServerId(state).id() == first);

  // Cut short by a crash: a new one.
  std::ofstream(state + "/server-id", std::ios::trunc) << first.substr(0, 20);
  const std::string renewed = ServerId(state).id();
  CHECK(renewed != first);
  CHECK(ServerId(state).id() == renewed);

  CHECK_THROWS_AS(ServerId(state + "/server-id"), StatementError);  // a file, not a directory
  std::filesystem::remove_all(folder);
}

TEST_CASE("server id: without a directory each is new") { CHECK(ServerId("").id() != ServerId("").id()); }

TEST_CASE("server id: a second engine over the same state directory is refused") {
  const std::string folder = std::filesystem::temp_directory_path() / ("weir_server_id_e_" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  {
    test::EngineUnderTest engine("", {{"state.dir", folder}});
    const std::string id = engine->services().server_id;
    CHECK(id.size() == 36);
    try {
      test::EngineUnderTest second("", {{"state.dir", folder}});
      FAIL("two engines over one directory");
    } catch (const StatementError& e) {
      CHECK(std::string(e.what()).find(folder) != std::string::npos);
    }
    engine.close();
    engine.open();
    CHECK(engine->services().server_id == id);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace weir
