#include "engine/catalog/catalog.h"

#include <doctest/doctest.h>

namespace weir {

namespace {

SourcePtr catalog_test_source(const std::string& name) {
  auto source = std::make_shared<Source>();
  source->name = name;
  source->columns = {{"ID", Type::bigint(), SourceColumn::Role::kKey, {}},
                     {"H", Type::bytes(), SourceColumn::Role::kHeader, "trace"},
                     {"V", Type::string(), SourceColumn::Role::kValue, {}}};
  return source;
}

PersistentQueryPtr catalog_test_query(const std::string& id, const std::string& sink,
                                      std::vector<std::string> sources) {
  auto query = std::make_shared<PersistentQuery>();
  query->id = id;
  query->sink = sink;
  query->sources = std::move(sources);
  return query;
}

}  // namespace

TEST_CASE("a source tells its key and value columns") {
  const SourcePtr source = catalog_test_source("S");
  REQUIRE(source->key_columns().size() == 1);
  CHECK(source->key_columns()[0]->name == "ID");
  REQUIRE(source->value_columns().size() == 1);
  CHECK(source->value_columns()[0]->name == "V");
  CHECK(source->find_column("H")->header_key == "trace");
  CHECK(source->find_column("v") == nullptr);
}

TEST_CASE("sources are kept by exact name, sorted") {
  Catalog catalog;
  catalog.put_source(catalog_test_source("B"));
  catalog.put_source(catalog_test_source("A"));
  CHECK(catalog.source_names() == std::vector<std::string>{"A", "B"});
  CHECK(catalog.find_source("a") == nullptr);
  catalog.remove_source("A");
  CHECK(catalog.find_source("A") == nullptr);
  CHECK(catalog.sources().size() == 1);
}

TEST_CASE("queries keep their order, a replaced one keeps its place") {
  Catalog catalog;
  catalog.put_query(catalog_test_query("CSAS_X_0", "X", {"A"}));
  catalog.put_query(catalog_test_query("CSAS_Y_1", "Y", {"A", "X"}));
  catalog.put_query(catalog_test_query("CSAS_X_0", "X", {"B"}));
  REQUIRE(catalog.queries().size() == 2);
  CHECK(catalog.queries()[0]->sources == std::vector<std::string>{"B"});
  CHECK(catalog.readers_of("A") == std::vector<std::string>{"CSAS_Y_1"});
  CHECK(catalog.writers_of("Y") == std::vector<std::string>{"CSAS_Y_1"});
}

TEST_CASE("query numbers go on above those of replayed ids") {
  Catalog catalog;
  CHECK(catalog.next_query_number() == 0);
  catalog.observe_query_id("CSAS_A_7");
  catalog.observe_query_id("CSAS_A_3");
  catalog.observe_query_id("my_own_id");
  CHECK(catalog.next_query_number() == 8);
}

}  // namespace weir
