#include <doctest/doctest.h>

#include "expression_test.h"

namespace weir {

using namespace test;
using sql::BinaryOp;

namespace {

BoundExprPtr subscript(BoundExprPtr base, BoundExprPtr index) {
  const TypePtr type = base->type->kind() == TypeKind::kMap ? base->type->map_value() : base->type->element();
  return bound(BoundKind::kSubscript, type, {std::move(base), std::move(index)});
}

BoundExprPtr quotient_of(int index) {
  return arithmetic(Type::integer(), BinaryOp::kDivide, integer(10), column(Type::integer(), index));
}

}  // namespace

TEST_CASE("array elements count from one, or from the end") {
  const TypePtr t = Type::array(Type::string());
  Rows rows;
  const Value abc(ValueList{Value("a"), Value("b"), Value()});
  rows.add(t, {abc, abc, abc, abc, abc, abc, abc, Value(), Value(ValueList{}), abc});
  rows.add(Type::integer(),
           {Value(1), Value(2), Value(3), Value(0), Value(4), Value(-1), Value(-3), Value(1), Value(-1), Value()});
  CHECK(rows(subscript(column(t, 0), column(Type::integer(), 1))) == "a b NULL NULL NULL NULL a NULL NULL NULL");
  CHECK(rows(subscript(column(t, 0), integer(-2))) == "b b b b b b b NULL NULL b");
  CHECK(rows(subscript(column(t, 0), integer(INT32_MIN))) == "NULL NULL NULL NULL NULL NULL NULL NULL NULL NULL");
  const TypePtr deep = Type::array(t);
  Rows nested;
  nested.add(deep, {Value(ValueList{abc, Value(), Value(ValueList{})}), Value()});
  CHECK(nested(subscript(column(deep, 0), integer(1))) == "[a, b, null] NULL");
  CHECK(nested(subscript(column(deep, 0), integer(2))) == "NULL NULL");
  CHECK(nested(subscript(subscript(column(deep, 0), integer(1)), integer(2))) == "b NULL");
}

TEST_CASE("maps are looked up by key") {
  const TypePtr t = Type::map(Type::string(), Type::integer());
  Rows rows;
  rows.add(t, {Value(ValueMap{{Value("a"), Value(1)}, {Value("b"), Value()}}), Value(ValueMap{}), Value(),
               Value(ValueMap{{Value("a"), Value(1)}, {Value("a"), Value(2)}})});
  CHECK(rows(subscript(column(t, 0), text("a"))) == "1 NULL NULL 2");
  CHECK(rows(subscript(column(t, 0), text("b"))) == "NULL NULL NULL NULL");
  CHECK(rows(subscript(column(t, 0), null_of(Type::string()))) == "NULL NULL NULL NULL");
}

TEST_CASE("fields of a NULL struct are NULL") {
  const TypePtr inner = Type::structure({{"X", Type::string()}});
  const TypePtr t = Type::structure({{"A", Type::integer()}, {"B", inner}});
  Rows rows;
  rows.add(t, {Value(ValueList{Value(1), Value(ValueList{Value("x")})}), Value(ValueList{Value(), Value()}), Value()});
  CHECK(rows(field(column(t, 0), 0)) == "1 NULL NULL");
  CHECK(rows(field(field(column(t, 0), 1), 0)) == "x NULL NULL");
  // The column that comes out keeps the batch's column alive.
  ColumnPtr part = rows.column(field(column(t, 0), 0));
  rows.batch().columns.clear();
  CHECK(part->at<int32_t>(0) == 1);

  // A field with a value below a NULL struct doesn't show.
  auto odd = std::make_shared<Column>(t, 2);
  odd->set_all_valid();
  odd->child(0).set<int32_t>(0, 5);
  odd->child(0).set<int32_t>(1, 6);
  odd->set_null(1);
  rows.batch().columns = {odd};
  rows.batch().rows = 2;
  CHECK(rows(field(column(t, 0), 0)) == "5 NULL");
}

TEST_CASE("arrays, maps and structs are constructed; what fails in them is NULL") {
  const TypePtr i = Type::integer();
  Rows rows;
  rows.add(i, {Value(2), Value(0), Value()});
  rows.add(Type::string(), {Value("k"), Value("l"), Value("k")});
  const TypePtr ints = Type::array(i);
  const BoundExprPtr array = bound(BoundKind::kArray, ints, {integer(44), quotient_of(0), column(i, 0)});
  CHECK(rows(array) == "[44, 5, 2] [44, null, 0] [44, null, null]");
  CHECK(rows.failed() == "1");
  CHECK(rows(bound(BoundKind::kArray, ints)) == "[] [] []");
  const TypePtr deep = Type::array(ints);
  CHECK(rows(bound(BoundKind::kArray, deep, {array, null_of(ints)})) ==
        "[[44, 5, 2], null] [[44, null, 0], null] [[44, null, null], null]");

  const TypePtr map = Type::map(Type::string(), i);
  CHECK(rows(bound(BoundKind::kMap, map, {text("a"), integer(1), column(Type::string(), 1), quotient_of(0)})) ==
        "{a=1, k=5} {a=1, l=null} {a=1, k=null}");
  CHECK(rows.failed() == "1");
  // The last of equal keys wins.
  CHECK(rows(bound(BoundKind::kMap, map, {text("k"), integer(1), column(Type::string(), 1), integer(2)})) ==
        "{k=2} {k=1, l=2} {k=2}");
  CHECK(rows(bound(BoundKind::kMap, map, {null_of(Type::string()), integer(1)})) == "{null=1} {null=1} {null=1}");
  CHECK(rows.errors().count() == 0);
  CHECK(rows(bound(BoundKind::kMap, map)) == "{} {} {}");

  const TypePtr s = Type::structure({{"Q", i}, {"A", ints}, {"S", Type::string()}});
  const BoundExprPtr structure = bound(BoundKind::kStruct, s, {quotient_of(0), array, column(Type::string(), 1)});
  CHECK(rows(structure) == "Struct{Q=5,A=[44, 5, 2],S=k} Struct{A=[44, null, 0],S=l} Struct{A=[44, null, null],S=k}");
  CHECK(rows(field(structure, 2)) == "k l k");
  CHECK(rows(field(structure, 0)) == "5 NULL NULL");
  CHECK(rows(subscript(field(structure, 1), integer(1))) == "44 44 44");
}

}  // namespace weir
