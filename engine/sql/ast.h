// The syntax tree: what the text said, before any name is resolved. Plain immutable structs with source positions; built by
// the parser, read by the binder and the formatter. Nodes are shared by pointer and never change once parsed. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace weir::sql {

// Where a node begins and ends in the text that was parsed, a whole script included, its variables substituted: offsets in
// bytes, line and column from 1 (column in characters).
struct Position {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t line = 1;
  uint32_t column = 1;
};

// An identifier as resolved by the rules of the language: unquoted names are upper-cased, quoted ones keep their case.
struct Identifier {
  std::string name;
  bool quoted = false;  // it was written in `back-quotes` or "double quotes"
  Position pos;
};

// ---------------------------------------------------------------- types as written

struct TypeName;
using TypeNamePtr = std::shared_ptr<const TypeName>;

struct TypeName {
  enum class Kind { kNamed, kDecimal, kArray, kMap, kStruct };
  Kind kind = Kind::kNamed;
  Identifier name;                  // kNamed: BOOLEAN, INT, VARCHAR … or a user's type; VARCHAR(n) drops n
  int precision = 0, scale = 0;     // kDecimal
  std::vector<TypeNamePtr> children;   // kArray: element; kMap: key, value; kStruct: the fields' types
  std::vector<Identifier> field_names; // kStruct
  Position pos;
};

// ---------------------------------------------------------------- expressions

enum class ExprKind {
  kNull, kBoolean, kInteger, kBigint, kDecimal, kDouble, kString,   // literals
  kColumn, kDereference, kSubscript,
  kUnary, kBinary, kComparison, kLogical, kNot,
  kBetween, kIn, kLike, kIsNull, kCase, kCast, kAtTimeZone,
  kFunction, kLambda, kLambdaVariable, kInterval,
  kArray, kMap, kStruct, kStar
};

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

struct Expr {
  explicit Expr(ExprKind k) : kind(k) {}
  virtual ~Expr() = default;
  const ExprKind kind;
  Position pos;
};

struct NullLiteral : Expr { NullLiteral() : Expr(ExprKind::kNull) {} };
struct BooleanLiteral : Expr { BooleanLiteral() : Expr(ExprKind::kBoolean) {} bool value = false; };
// kInteger where the value fits 32 bits, kBigint otherwise.
struct IntegerLiteral : Expr { explicit IntegerLiteral(ExprKind k) : Expr(k) {} int64_t value = 0; };
struct DecimalLiteral : Expr { DecimalLiteral() : Expr(ExprKind::kDecimal) {} std::string text; };  // "1.50", "-7": digits kept
struct DoubleLiteral : Expr { DoubleLiteral() : Expr(ExprKind::kDouble) {} double value = 0; std::string text; };
struct StringLiteral : Expr { StringLiteral() : Expr(ExprKind::kString) {} std::string value; };

// column, or source.column. A dot is only ever a source qualifier; struct fields are reached by ->.
struct ColumnRef : Expr {
  ColumnRef() : Expr(ExprKind::kColumn) {}
  std::optional<Identifier> qualifier;
  Identifier name;
};
struct Dereference : Expr { Dereference() : Expr(ExprKind::kDereference) {} ExprPtr base; Identifier field; };  // base->field
struct Subscript : Expr { Subscript() : Expr(ExprKind::kSubscript) {} ExprPtr base, index; };                  // base[index]

struct Unary : Expr { Unary() : Expr(ExprKind::kUnary) {} char op = '-'; ExprPtr operand; };  // '-' or '+'
enum class BinaryOp { kAdd, kSubtract, kMultiply, kDivide, kModulus, kConcat };
struct Binary : Expr { Binary() : Expr(ExprKind::kBinary) {} BinaryOp op = BinaryOp::kAdd; ExprPtr left, right; };
enum class CompareOp { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kDistinct, kNotDistinct };
struct Comparison : Expr { Comparison() : Expr(ExprKind::kComparison) {} CompareOp op = CompareOp::kEqual; ExprPtr left, right; };
struct Logical : Expr { Logical() : Expr(ExprKind::kLogical) {} bool is_and = true; ExprPtr left, right; };
struct Not : Expr { Not() : Expr(ExprKind::kNot) {} ExprPtr operand; };

struct Between : Expr { Between() : Expr(ExprKind::kBetween) {} bool negated = false; ExprPtr operand, low, high; };
struct In : Expr { In() : Expr(ExprKind::kIn) {} bool negated = false; ExprPtr operand; std::vector<ExprPtr> list; };
struct Like : Expr { Like() : Expr(ExprKind::kLike) {} bool negated = false; ExprPtr operand, pattern; std::optional<std::string> escape; };
struct IsNull : Expr { IsNull() : Expr(ExprKind::kIsNull) {} bool negated = false; ExprPtr operand; };
struct WhenClause { ExprPtr condition, result; };
// With an operand: simple CASE; without: searched CASE.
struct Case : Expr { Case() : Expr(ExprKind::kCase) {} ExprPtr operand; std::vector<WhenClause> whens; ExprPtr otherwise; };
struct Cast : Expr { Cast() : Expr(ExprKind::kCast) {} ExprPtr operand; TypeNamePtr type; };
struct AtTimeZone : Expr { AtTimeZone() : Expr(ExprKind::kAtTimeZone) {} ExprPtr operand; std::string zone; };

struct FunctionCall : Expr {
  FunctionCall() : Expr(ExprKind::kFunction) {}
  Identifier name;
  std::vector<ExprPtr> arguments;  // COUNT(*) has one StarExpr
};
struct Lambda : Expr { Lambda() : Expr(ExprKind::kLambda) {} std::vector<Identifier> parameters; ExprPtr body; };
struct LambdaVariable : Expr { LambdaVariable() : Expr(ExprKind::kLambdaVariable) {} Identifier name; };
// A bare unit word where a function takes one: TIMESTAMPADD(SECONDS, 5, ts). Upper-case, plural form.
struct IntervalUnit : Expr { IntervalUnit() : Expr(ExprKind::kInterval) {} std::string unit; };

struct ArrayConstructor : Expr { ArrayConstructor() : Expr(ExprKind::kArray) {} std::vector<ExprPtr> elements; };
struct MapConstructor : Expr { MapConstructor() : Expr(ExprKind::kMap) {} std::vector<std::pair<ExprPtr, ExprPtr>> entries; };
struct StructConstructor : Expr { StructConstructor() : Expr(ExprKind::kStruct) {} std::vector<std::pair<Identifier, ExprPtr>> fields; };
struct StarExpr : Expr { StarExpr() : Expr(ExprKind::kStar) {} };

// ---------------------------------------------------------------- queries

enum class TimeUnit { kMilliseconds, kSeconds, kMinutes, kHours, kDays };
struct Duration {
  int64_t value = 0;
  TimeUnit unit = TimeUnit::kMilliseconds;
  Position pos;
  int64_t millis() const;
};

struct SelectItem {
  enum class Kind { kExpression, kAllColumns, kSourceColumns, kStructFields };
  Kind kind = Kind::kExpression;
  ExprPtr expression;               // kExpression; kStructFields: the struct before ->*
  std::optional<Identifier> alias;  // kExpression
  Identifier source;                // kSourceColumns: source.*
  Position pos;
};

struct Query;
using QueryPtr = std::shared_ptr<const Query>;

struct StartPosition {  // FROM s AT …
  enum class Kind { kEarliest, kLatest, kTimestamp, kOffset };
  Kind kind = Kind::kEarliest;
  std::string timestamp;
  int64_t offset = 0;
  Position pos;
};

struct TableRef {
  Identifier name;
  std::optional<Identifier> alias;
  QueryPtr subquery;  // instead of a name: FROM (SELECT …) alias
  std::optional<StartPosition> start;
  Position pos;
  const std::string& effective_alias() const { return alias ? alias->name : name.name; }
};

enum class JoinType { kInner, kLeft, kRight, kFull };
const char* join_type_name(JoinType type);  // "INNER", "LEFT", "RIGHT", "FULL"
struct WithinClause {
  Duration before, after;  // equal when one duration was given
  bool asymmetric = false; // WITHIN (before, after)
  std::optional<Duration> grace;
  Position pos;
};
struct Join {
  JoinType type = JoinType::kInner;
  TableRef right;
  std::optional<WithinClause> within;
  ExprPtr criteria;
  Position pos;
};

struct WindowClause {
  enum class Kind { kTumbling, kHopping, kSession };
  Kind kind = Kind::kTumbling;
  Duration size;                     // kSession: the gap
  std::optional<Duration> advance;   // kHopping
  std::optional<Duration> retention, grace;
  std::optional<Identifier> name;
  Position pos;
};

enum class EmitMode { kNone, kChanges, kFinal };

struct CommonTable { Identifier name; QueryPtr query; };  // WITH name AS (query)

struct Query {
  std::vector<CommonTable> with;
  std::vector<SelectItem> items;
  TableRef from;
  std::vector<Join> joins;  // left-deep
  std::optional<WindowClause> window;
  ExprPtr where;
  std::vector<ExprPtr> group_by;
  std::vector<ExprPtr> partition_by;
  ExprPtr having;
  EmitMode emit = EmitMode::kNone;
  std::optional<int64_t> limit;
  Position group_by_pos, partition_by_pos, emit_pos, limit_pos, pos;
};

// ---------------------------------------------------------------- statements

// WITH (NAME = literal, …) in the order written. Names of a source's properties are upper-cased; quoted names ('connector.class') kept.
struct Property { std::string name; ExprPtr value; Position pos; };
using Properties = std::vector<Property>;

enum class SourceKind { kStream, kTable };
const char* source_kind_name(SourceKind kind);  // "STREAM", "TABLE"

struct ColumnDefinition {
  enum class Role { kValue, kKey, kPrimaryKey, kHeaders, kHeader };
  Identifier name;
  TypeNamePtr type;
  Role role = Role::kValue;
  std::string header_key;  // kHeader: HEADER('key')
};

struct CreateSource {  // CREATE [OR REPLACE] [SOURCE] STREAM|TABLE [IF NOT EXISTS] name [(elements)] [WITH (…)]
  SourceKind kind = SourceKind::kStream;
  bool or_replace = false, if_not_exists = false, read_only = false;  // read_only: CREATE SOURCE …
  Identifier name;
  std::vector<ColumnDefinition> elements;
  Properties properties;
};
struct CreateSourceAs {  // CREATE [OR REPLACE] STREAM|TABLE [IF NOT EXISTS] name [WITH (…)] AS query
  SourceKind kind = SourceKind::kStream;
  bool or_replace = false, if_not_exists = false;
  Identifier name;
  Properties properties;
  QueryPtr query;
};
struct InsertInto { Identifier target; Properties properties; QueryPtr query; };
struct InsertValues { Identifier target; std::vector<Identifier> columns; std::vector<ExprPtr> values; };
struct DropSource { SourceKind kind = SourceKind::kStream; bool if_exists = false, delete_topic = false; Identifier name; };
struct AlterSource { SourceKind kind = SourceKind::kStream; Identifier name; std::vector<ColumnDefinition> columns; };
struct CreateType { bool if_not_exists = false; Identifier name; TypeNamePtr type; };
struct DropType { bool if_exists = false; Identifier name; };
struct ImportTopics { std::string like; };  // IMPORT TOPICS LIKE 'pattern' AS STREAMS
struct SelectStatement { QueryPtr query; };

enum class ShowKind { kProperties, kTopics, kStreams, kTables, kFunctions, kConnectors, kConnectorPlugins, kTypes, kVariables, kQueries, kServers };
struct Show {
  ShowKind kind = ShowKind::kStreams;
  bool all = false, extended = false;
  enum class ConnectorScope { kAll, kSource, kSink } scope = ConnectorScope::kAll;
};
struct Describe {
  enum class Kind { kSource, kStreams, kTables, kFunction, kConnector };
  Kind kind = Kind::kSource;
  Identifier name;
  bool extended = false;
};
struct Statement;
using StatementPtr = std::shared_ptr<const Statement>;
struct Explain { std::optional<Identifier> query_id; StatementPtr statement; };
struct Print { std::string topic; bool from_beginning = false; std::optional<int64_t> interval, limit; };

enum class QueryAction { kTerminate, kPause, kResume };
struct ControlQuery { QueryAction action = QueryAction::kTerminate; std::optional<Identifier> query_id; };  // nullopt: ALL
struct ReplayDeadLetters { Identifier query_id; };

struct SetProperty { std::string name; std::string value; };
struct UnsetProperty { std::string name; };
struct AlterSystem { std::string name; std::string value; };
struct DefineVariable { std::string name; std::string value; };
struct UndefineVariable { std::string name; };
struct RunScript { std::string path; };

struct CreateConnector {
  bool is_source = true;  // SOURCE or SINK
  bool if_not_exists = false;
  Identifier name;
  Properties properties;
};
struct DropConnector { bool if_exists = false; Identifier name; };

struct AssertTopic { bool exists = true; std::string topic; Properties properties; std::optional<Duration> timeout; };
struct AssertSchema { bool exists = true; std::optional<std::string> subject; std::optional<int64_t> id; std::optional<Duration> timeout; };

// Only in test files.
struct AssertValues { bool tombstone = false; Identifier source; std::vector<Identifier> columns; std::vector<ExprPtr> values; };
struct AssertSource { SourceKind kind = SourceKind::kStream; Identifier name; std::vector<ColumnDefinition> elements; Properties properties; };

using StatementBody =
    std::variant<SelectStatement, CreateSource, CreateSourceAs, InsertInto, InsertValues, DropSource, AlterSource, CreateType,
                 DropType, ImportTopics, Show, Describe, Explain, Print, ControlQuery, ReplayDeadLetters, SetProperty, UnsetProperty, AlterSystem,
                 DefineVariable, UndefineVariable, RunScript, CreateConnector, DropConnector, AssertTopic, AssertSchema,
                 AssertValues, AssertSource>;

struct Statement {
  StatementBody body;
  std::string text;  // as written (variables substituted), from its first token to before the semicolon
  Position pos;      // in the whole script
};

}  // namespace weir::sql
