#include "engine/types/column.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "engine/types/batch.h"

namespace weir {
namespace {

TypePtr deep_type() {
  return Type::structure({{"A", Type::array(Type::map(Type::string(), Type::bigint()))},
                          {"D", Type::decimal(10, 2)},
                          {"S", Type::structure({{"X", Type::string()}, {"Y", Type::float64()}})}});
}

Value random_value(std::mt19937_64& random, const Type& type) {
  if (random() % 4 == 0) return {};
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return Value(random() % 2 == 0);
    case TypeKind::kInt:
      return Value(static_cast<int32_t>(random()));
    case TypeKind::kBigint:
      return Value(static_cast<int64_t>(random()));
    case TypeKind::kDouble:
      return Value(static_cast<double>(random() % 1000) / 7);
    case TypeKind::kDecimal:
      return Value(static_cast<Int128>(random() % 10000));
    case TypeKind::kString:
      return Value(std::string(random() % 5, static_cast<char>('a' + random() % 26)));
    case TypeKind::kArray: {
      ValueList list;
      for (uint64_t n = random() % 4; n > 0; --n) list.push_back(random_value(random, *type.element()));
      return Value(std::move(list));
    }
    case TypeKind::kMap: {
      ValueMap map;
      for (uint64_t n = 0, size = random() % 4; n < size; ++n) {
        map.emplace_back(Value("k" + std::to_string(n)), random_value(random, *type.map_value()));
      }
      return Value(std::move(map));
    }
    case TypeKind::kStruct: {
      ValueList fields;
      for (const StructField& field : type.fields()) fields.push_back(random_value(random, *field.type));
      return Value(std::move(fields));
    }
    default:
      return {};
  }
}

}  // namespace

TEST_CASE("new rows are null and readable") {
  for (const TypePtr& type : {Type::boolean(), Type::integer(), Type::string(), Type::decimal(5, 2),
                              Type::array(Type::integer()), deep_type()}) {
    Column column(type, 130);
    REQUIRE(column.size() == 130);
    for (size_t row = 0; row < 130; ++row) {
      CHECK(column.is_null(row));
      CHECK(column.value(row).is_null());
    }
  }
  Column strings(Type::string(), 3);
  CHECK(strings.at<std::string_view>(2).empty());
  Column arrays(Type::array(Type::integer()), 3);
  CHECK(arrays.offsets() == std::vector<uint32_t>{0, 0, 0, 0});
}

TEST_CASE("rows that come with growth are null whatever was there before") {
  Column column(Type::integer(), 100);
  column.set_all_valid();
  column.resize(10);
  column.resize(200);
  for (size_t row = 0; row < 200; ++row) CHECK(column.is_valid(row) == (row < 10));
  column.resize(0);
  column.set_all_valid();
  column.append_null();
  CHECK(column.is_null(0));
  column.append<int32_t>(5);
  CHECK(column.at<int32_t>(1) == 5);
  Column arrays(Type::array(Type::integer()));
  arrays.child(0).append<int32_t>(1);
  arrays.child(0).append<int32_t>(2);
  arrays.close_row();
  arrays.append_null();
  arrays.child(0).append<int32_t>(3);
  arrays.close_row();
  CHECK(to_text(arrays.value(0), *arrays.type()) == "[1, 2]");
  CHECK(arrays.is_null(1));
  CHECK(to_text(arrays.value(2), *arrays.type()) == "[3]");
  arrays.resize(1);
  CHECK(arrays.child(0).size() == 2);
}

TEST_CASE("recycling forgets rows but not memory") {
  for (const TypePtr& type : {Type::string(), Type::array(Type::string()), deep_type()}) {
    std::mt19937_64 random(3);
    Arena arena;
    Column column(type);
    for (int i = 0; i < 100; ++i) column.append_value(random_value(random, *type), arena);
    column.recycle(70);
    REQUIRE(column.size() == 70);
    for (size_t row = 0; row < 70; ++row) CHECK(column.is_null(row));
    if (type->kind() == TypeKind::kString) CHECK(column.at<std::string_view>(69).empty());
  }
}

TEST_CASE("gather, slice and append_from agree with the boxed values") {
  std::mt19937_64 random(42);
  for (const TypePtr& type :
       {Type::integer(), Type::boolean(), Type::bigint(), Type::string(), Type::decimal(10, 2),
        Type::array(Type::string()), Type::map(Type::string(), Type::array(Type::float64())), deep_type()}) {
    Arena arena;
    Column column(type);
    std::vector<Value> values;
    for (int i = 0; i < 300; ++i) {
      values.push_back(random_value(random, *type));
      column.append_value(values.back(), arena);
    }
    for (size_t i = 0; i < values.size(); ++i) REQUIRE(column.value(i) == values[i]);

    std::vector<uint32_t> rows;
    for (int i = 0; i < 150; ++i) rows.push_back(static_cast<uint32_t>(random() % values.size()));
    const auto gathered = column.gather(rows.data(), rows.size());
    REQUIRE(gathered->size() == rows.size());
    for (size_t i = 0; i < rows.size(); ++i) CHECK(gathered->value(i) == values[rows[i]]);

    for (const auto& [from, count] :
         {std::pair<size_t, size_t>{0, 300}, {1, 64}, {63, 100}, {64, 64}, {299, 1}, {300, 0}, {5, 0}}) {
      const auto slice = column.slice(from, count);
      REQUIRE(slice->size() == count);
      for (size_t i = 0; i < count; ++i) CHECK(slice->value(i) == values[from + i]);
    }

    Column copy(type);
    for (size_t i = 0; i < values.size(); ++i) copy.append_from(column, values.size() - 1 - i);
    for (size_t i = 0; i < values.size(); ++i) {
      CHECK(copy.value(i) == values[values.size() - 1 - i]);
      CHECK(copy.equals(i, column, values.size() - 1 - i));
    }
    // Appending goes on after a gather and a slice.
    gathered->append_value(values[0], arena);
    CHECK(gathered->value(rows.size()) == values[0]);
    const auto empty = column.gather(nullptr, 0);
    CHECK(empty->size() == 0);
    empty->append_from(column, 7);
    CHECK(empty->value(0) == values[7]);
  }
}

TEST_CASE("rows compare as Java's equals") {
  Arena arena;
  Column doubles(Type::float64());
  for (const double d : {0.0, -0.0, std::nan("1"), -std::nan("2"), 1.0}) doubles.append<double>(d);
  doubles.append_null();
  doubles.append_null();
  CHECK_FALSE(doubles.equals(0, doubles, 1));
  CHECK(doubles.equals(2, doubles, 3));
  CHECK(doubles.equals(5, doubles, 6));
  CHECK_FALSE(doubles.equals(4, doubles, 5));

  const TypePtr type = Type::map(Type::string(), Type::integer());
  Column maps(type);
  maps.append_value(Value(ValueMap{{Value("a"), Value(1)}, {Value("b"), Value()}}), arena);
  maps.append_value(Value(ValueMap{{Value("b"), Value()}, {Value("a"), Value(1)}}), arena);
  maps.append_value(Value(ValueMap{{Value("a"), Value(1)}, {Value("c"), Value()}}), arena);
  maps.append_value(Value(ValueMap{{Value("a"), Value(1)}}), arena);
  CHECK(maps.equals(0, maps, 1));
  CHECK_FALSE(maps.equals(0, maps, 2));
  CHECK_FALSE(maps.equals(0, maps, 3));
}

TEST_CASE("the arena reuses its memory after a reset") {
  Arena arena(64);
  const std::string_view a = arena.copy("hello");
  const std::string_view b = arena.copy(std::string(1000, 'x'));
  CHECK(a == "hello");
  CHECK(b.size() == 1000);
  CHECK(arena.copy("").empty());
  char* p = arena.allocate(100);
  arena.give_back(90);
  CHECK(arena.allocate(1) == p + 10);
  arena.reset();
  arena.allocate(1000);
  const size_t reserved = arena.bytes_reserved();
  arena.reset();
  arena.allocate(1000);
  CHECK(arena.bytes_reserved() == reserved);
}

TEST_CASE("batches slice and gather all that they carry") {
  Batch batch;
  batch.rows = 4;
  auto column = std::make_shared<Column>(Type::integer());
  for (int i = 0; i < 4; ++i) column->append<int32_t>(i * 10);
  batch.columns = {column, nullptr};
  batch.old_columns = {column};
  batch.timestamps = {1, 2, 3, 4};
  batch.offsets = {100, 101, 102, 103};
  batch.windows = {{0, 1}, {1, 2}, {2, 3}, {3, 4}};
  batch.partition = 7;
  batch.null_value.set(1);
  batch.null_key.set(3);
  batch.old_null.set(2);

  const Batch picked = batch.gather({3, 1});
  CHECK(picked.rows == 2);
  CHECK(picked.partition == 7);
  CHECK(picked.columns[0]->at<int32_t>(0) == 30);
  CHECK(picked.columns[1] == nullptr);
  CHECK(picked.old_columns[0]->at<int32_t>(1) == 10);
  CHECK(picked.timestamps == std::vector<int64_t>{4, 2});
  CHECK(picked.offsets == std::vector<int64_t>{103, 101});
  CHECK(picked.windows[0].start == 3);
  CHECK(picked.null_key.test(0));
  CHECK(picked.null_value.test(1));
  CHECK_FALSE(picked.null_value.test(0));
  CHECK(picked.headers.empty());

  const Batch tail = batch.slice(2, 10);
  CHECK(tail.rows == 2);
  CHECK(tail.columns[0]->at<int32_t>(0) == 20);
  CHECK(tail.old_null.test(0));
  CHECK(tail.null_key.test(1));
  CHECK(tail.timestamps == std::vector<int64_t>{3, 4});
  CHECK(batch.slice(0, 2).columns[0] == batch.columns[0]);
}

}  // namespace weir
