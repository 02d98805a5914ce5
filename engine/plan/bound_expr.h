// An expression whose names and types are resolved against a schema: what the binder makes of a syntax tree and what
// exec/ compiles to kernels. Every implicit cast is an explicit kCast node. Immutable; any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/functions/registry.h"
#include "engine/sql/ast.h"
#include "engine/types/type.h"
#include "engine/types/value.h"

namespace weir {

struct BoundExpr;
using BoundExprPtr = std::shared_ptr<const BoundExpr>;

enum class BoundKind {
  kLiteral,     // value
  kColumn,      // column: index into the batch's columns
  kField,       // args[0] is a STRUCT; index: the field
  kSubscript,   // args[0][args[1]]: ARRAY by INT (1-based, negative from the end) or MAP by key; missing is NULL
  kNegate,      // -args[0]
  kArithmetic,  // args[0] op args[1], both of the types that `type` needs (see below)
  kConcat,      // STRING || STRING or BYTES || BYTES
  kCompare,     // args of one common type
  kAnd, kOr, kNot,
  kBetween,     // args: operand, low, high, of one type
  kIn,          // args[0] in args[1..], of one type
  kLike,        // args: operand, pattern (STRING); escape
  kIsNull,
  kCase,        // args: condition, result, condition, result, …, otherwise (always present, maybe a NULL literal)
  kCast,        // args[0] as type
  kFunction,    // call
  kLambda,      // an argument of kFunction: args[0] is the body, `parameters` the places of its arguments; type: the body's
  kLambdaVariable,  // the argument of a lambda around it, at place `index`
  kArray, kMap, kStruct  // constructors: elements; key, value, …; fields in the type's order
};

struct BoundExpr {
  BoundKind kind = BoundKind::kLiteral;
  TypePtr type;
  std::vector<BoundExprPtr> args;
  Value value;             // kLiteral
  // kColumn, kField. kLambdaVariable: its place, counted on behind the columns, so that no column or other variable has the same.
  int index = -1;
  std::vector<int> parameters;  // kLambda
  // kArithmetic, kNegate: a NULL operand makes the row fail. So it is in the bodies of lambdas, where a NULL can end up in a value that is
  // not NULL itself.
  bool fails_on_null = false;
  bool negated = false;    // kBetween, kIn, kLike, kIsNull
  sql::BinaryOp arithmetic = sql::BinaryOp::kAdd;  // kArithmetic. INT, BIGINT and DOUBLE operands have the result's type; DECIMAL
                                                   // operands keep their own precision and scale, the result's is in `type`.
  sql::CompareOp compare = sql::CompareOp::kEqual; // kCompare
  std::string escape;      // kLike: empty or one character
  ResolvedCall call;       // kFunction
  std::string text;        // canonical SQL, for error reports
};

}  // namespace weir
