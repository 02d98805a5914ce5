#include "engine/sql/tree_reader.h"

#include <charconv>
#include <limits>

#include "engine/sql/nesting.h"

namespace weir::sql {

namespace {

// The text between the quotes, doubled quotes made single.
std::string unquote_text(std::string_view written) {
  const char quote = written[0];
  std::string text;
  text.reserve(written.size());
  for (size_t i = 1; i + 1 < written.size(); ++i) {
    text += written[i];
    if (written[i] == quote) ++i;
  }
  return text;
}

std::string upper_case_ascii(std::string_view written) {
  std::string text(written);
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string_view without_leading_zeros(std::string_view digits) {
  while (digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9') digits.remove_prefix(1);
  return digits;
}

TimeUnit time_unit_of(size_t token_type) {
  switch (token_type) {
    case SqlParser::DAY:
    case SqlParser::DAYS:
      return TimeUnit::kDays;
    case SqlParser::HOUR:
    case SqlParser::HOURS:
      return TimeUnit::kHours;
    case SqlParser::MINUTE:
    case SqlParser::MINUTES:
      return TimeUnit::kMinutes;
    case SqlParser::SECOND:
    case SqlParser::SECONDS:
      return TimeUnit::kSeconds;
    default:
      return TimeUnit::kMilliseconds;
  }
}

}  // namespace

Identifier TreeReader::identifier(antlr4::ParserRuleContext* ctx) const {
  Identifier id;
  antlr4::Token* token = ctx->getStart();
  id.pos = position(ctx);
  const std::string_view written = source_.written(token);
  id.quoted = token->getType() == SqlParser::QUOTED_IDENTIFIER || token->getType() == SqlParser::BACKQUOTED_IDENTIFIER;
  id.name = id.quoted ? unquote_text(written) : upper_case_ascii(written);
  if (id.name.empty()) refuse(id.pos, "a quoted name needs at least one character");
  return id;
}

std::string TreeReader::topic_name(SqlParser::TopicNameContext* ctx) const {
  if (ctx->STRING_VALUE()) return string_value(ctx->STRING_VALUE());
  const Identifier id = identifier(ctx);
  return id.quoted ? id.name : std::string(source_.written(ctx->getStart()));
}

std::string TreeReader::string_value(antlr4::tree::TerminalNode* node) const { return unquote_text(written(node)); }

std::string_view TreeReader::written(antlr4::ParserRuleContext* ctx) const {
  const Position pos = position(ctx);
  return std::string_view(source_.text()).substr(pos.begin, pos.end - pos.begin);
}

int64_t TreeReader::whole_number(SqlParser::WholeNumberContext* ctx) const {
  const std::string_view digits = source_.written(ctx->getStart());
  int64_t value = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc()) {
    refuse(position(ctx), "the number " + std::string(digits) + " is larger than a BIGINT holds");
  }
  return value;
}

Duration TreeReader::duration(SqlParser::DurationContext* ctx) const {
  Duration result;
  result.value = whole_number(ctx->wholeNumber());
  result.unit = time_unit_of(ctx->timeUnit()->getStart()->getType());
  result.pos = position(ctx);
  Duration one = result;
  one.value = 1;
  if (result.value > std::numeric_limits<int64_t>::max() / one.millis()) {
    refuse(result.pos,
           "the duration of " + std::to_string(result.value) + " units is longer than a BIGINT of milliseconds holds");
  }
  return result;
}

ExprPtr TreeReader::literal(antlr4::Token* value, antlr4::Token* sign) const {
  const Position pos = position(sign ? sign : value, value);
  const std::string minus = sign ? "-" : "";
  const auto at_place = [&pos](auto node) {
    node->pos = pos;
    return node;
  };
  switch (value->getType()) {
    case SqlParser::NULL_WORD:
      return at_place(std::make_shared<NullLiteral>());
    case SqlParser::TRUE:
    case SqlParser::FALSE: {
      auto node = std::make_shared<BooleanLiteral>();
      node->value = value->getType() == SqlParser::TRUE;
      return at_place(node);
    }
    case SqlParser::STRING_VALUE: {
      auto node = std::make_shared<StringLiteral>();
      node->value = unquote_text(source_.written(value));
      return at_place(node);
    }
    case SqlParser::INTEGER_VALUE: {
      const std::string digits = minus + std::string(without_leading_zeros(source_.written(value)));
      int64_t number = 0;
      if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc()) {
        refuse(pos, "Invalid numeric literal: " + digits + " is outside what a BIGINT holds");
      }
      const bool fits = number >= std::numeric_limits<int32_t>::min() && number <= std::numeric_limits<int32_t>::max();
      auto node = std::make_shared<IntegerLiteral>(fits ? ExprKind::kInteger : ExprKind::kBigint);
      node->value = number;
      return at_place(node);
    }
    case SqlParser::DECIMAL_VALUE: {
      std::string digits(source_.written(value));
      if (digits[0] == '.') digits.insert(0, "0");
      if (digits.back() == '.') digits.pop_back();
      auto node = std::make_shared<DecimalLiteral>();
      node->text = minus + std::string(without_leading_zeros(digits));
      return at_place(node);
    }
    default: {
      auto node = std::make_shared<DoubleLiteral>();
      node->text = minus + upper_case_ascii(source_.written(value));
      if (std::from_chars(node->text.data(), node->text.data() + node->text.size(), node->value).ec != std::errc()) {
        // Too near to zero is zero, as everywhere; too large is no number.
        if (node->text.find("E-") == std::string::npos) {
          refuse(pos, "Invalid numeric literal: " + node->text + " is outside what a DOUBLE holds");
        }
        node->value = 0;
      }
      return at_place(node);
    }
  }
}

TypeNamePtr TreeReader::type_name(SqlParser::TypeNameContext* ctx) const {
  TypeNamePtr type = simple_type(ctx->simpleType());
  const auto suffixes = ctx->arraySuffix();
  if (suffixes.size() > kMaxNesting)
    refuse(position(ctx), "more than " + std::to_string(kMaxNesting) + " levels of ARRAY");
  for (auto* suffix : suffixes) {
    auto array = std::make_shared<TypeName>();
    array->kind = TypeName::Kind::kArray;
    array->children.push_back(std::move(type));
    array->pos = position(ctx->getStart(), suffix->getStop());
    type = std::move(array);
  }
  return type;
}

TypeNamePtr TreeReader::simple_type(SqlParser::SimpleTypeContext* ctx) const {
  auto type = located<TypeName>(ctx);
  if (auto* array = dynamic_cast<SqlParser::ArrayTypeContext*>(ctx)) {
    type->kind = TypeName::Kind::kArray;
    type->children.push_back(type_name(array->typeName()));
  } else if (auto* map = dynamic_cast<SqlParser::MapTypeContext*>(ctx)) {
    type->kind = TypeName::Kind::kMap;
    type->children = {type_name(map->typeName(0)), type_name(map->typeName(1))};
  } else if (auto* structure = dynamic_cast<SqlParser::StructTypeContext*>(ctx)) {
    type->kind = TypeName::Kind::kStruct;
    for (auto* field : structure->structTypeField()) {
      type->field_names.push_back(identifier(field->fieldName()));
      type->children.push_back(type_name(field->typeName()));
    }
  } else if (auto* decimal = dynamic_cast<SqlParser::DecimalTypeContext*>(ctx)) {
    type->kind = TypeName::Kind::kDecimal;
    type->precision = type_parameter(decimal->wholeNumber(0));
    type->scale = type_parameter(decimal->wholeNumber(1));
  } else {
    auto* named = dynamic_cast<SqlParser::NamedTypeContext*>(ctx);
    type->name = identifier(named->identifier());
  }
  return type;
}

int TreeReader::type_parameter(SqlParser::WholeNumberContext* ctx) const {
  const int64_t value = whole_number(ctx);
  if (value > std::numeric_limits<int>::max())
    refuse(position(ctx), std::to_string(value) + " is too large for a type's parameter");
  return static_cast<int>(value);
}

}  // namespace weir::sql
