#include "engine/types/value_codec.h"

#include <doctest/doctest.h>

namespace weir {
namespace {

std::string encoded_value(const TypePtr& type, const Value& value, MapOrder order) {
  Arena arena;
  Column column(type);
  column.append_null();
  column.append_value(value, arena);
  std::string out;
  encode_value(column, 1, out, order);
  return out;
}

}  // namespace

TEST_CASE("values of nested types come back from their bytes") {
  const TypePtr map = Type::map(Type::string(), Type::array(Type::integer()));
  const TypePtr type = Type::structure({{"M", map}, {"D", Type::decimal(30, 2)}, {"B", Type::bytes()}});
  const Value value(
      ValueList{Value(ValueMap{{"z", Value(ValueList{1, Value()})}, {"a", Value()}}), Value(Int128{-5}), Value()});
  const std::string bytes = encoded_value(type, value, MapOrder::kAsIs);
  ValueReader in(bytes);
  Column out(type);
  in.value_into(out);
  CHECK(in.done());
  CHECK(out.value(0) == value);
  for (size_t size = 0; size < bytes.size(); ++size) {
    Column damaged(type);
    CHECK_THROWS_AS(ValueReader(std::string_view(bytes).substr(0, size)).value_into(damaged), std::runtime_error);
  }
}

TEST_CASE("maps by key are the same bytes whatever their order") {
  const TypePtr inner = Type::map(Type::string(), Type::integer());
  const TypePtr type = Type::array(Type::map(Type::string(), inner));
  const Value ab(ValueMap{{"a", 1}, {"b", Value()}});
  const Value ba(ValueMap{{"b", Value()}, {"a", 1}});
  const Value one(ValueList{Value(ValueMap{{"x", ab}, {"y", ab}})});
  const Value other(ValueList{Value(ValueMap{{"y", ba}, {"x", ba}})});
  CHECK(encoded_value(type, one, MapOrder::kByKey) == encoded_value(type, other, MapOrder::kByKey));
  CHECK(encoded_value(type, one, MapOrder::kAsIs) != encoded_value(type, other, MapOrder::kAsIs));
  const std::string bytes = encoded_value(type, other, MapOrder::kByKey);
  Column out(type);
  ValueReader(bytes).value_into(out);
  CHECK(out.value(0) == one);
}

}  // namespace weir
