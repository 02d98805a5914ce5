#include "engine/functions/type_pattern_parser.h"

#include <cctype>
#include <stdexcept>

namespace weir {
namespace {

TypePtr simple_type_named(const std::string& word) {
  if (word == "BOOLEAN") return Type::boolean();
  if (word == "INT" || word == "INTEGER") return Type::integer();
  if (word == "BIGINT") return Type::bigint();
  if (word == "DOUBLE") return Type::float64();
  if (word == "STRING" || word == "VARCHAR") return Type::string();
  if (word == "BYTES") return Type::bytes();
  if (word == "DATE") return Type::date();
  if (word == "TIME") return Type::time();
  if (word == "TIMESTAMP") return Type::timestamp();
  return nullptr;
}

}  // namespace

void TypePatternParser::fail(const std::string& what) const {
  throw std::invalid_argument("Type pattern '" + std::string(text_) + "': " + what + " at character " +
                              std::to_string(at_ + 1));
}

void TypePatternParser::skip_spaces() {
  while (at_ < text_.size() && text_[at_] == ' ') ++at_;
}

bool TypePatternParser::accept(std::string_view token) {
  skip_spaces();
  if (text_.substr(at_, token.size()) != token) return false;
  at_ += token.size();
  return true;
}

void TypePatternParser::expect(std::string_view token) {
  if (!accept(token)) fail("'" + std::string(token) + "' expected");
}

void TypePatternParser::expect_end() {
  skip_spaces();
  if (at_ != text_.size()) fail("end expected");
}

std::string TypePatternParser::word() {
  skip_spaces();
  const size_t from = at_;
  while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) ++at_;
  if (at_ == from) fail("a type expected");
  return std::string(text_.substr(from, at_ - from));
}

void TypePatternParser::parse_struct_fields(TypePattern& pattern) {
  if (!accept("<")) return;
  do {
    pattern.field_names_.push_back(word());
    pattern.children_.push_back(parse_pattern());
  } while (accept(","));
  expect(">");
}

void TypePatternParser::parse_lambda(TypePattern& pattern) {
  expect("(");
  do {
    pattern.children_.push_back(parse_pattern());
  } while (accept(","));
  expect("=>");
  pattern.children_.push_back(parse_pattern());
  expect(")");
}

TypePatternPtr TypePatternParser::parse_pattern() {
  auto pattern = std::make_shared<TypePattern>();
  const std::string name = word();
  if (TypePtr type = simple_type_named(name)) {
    pattern->kind_ = TypePattern::Kind::kType;
    pattern->type_ = type;
  } else if (name == "DECIMAL") {
    pattern->kind_ = TypePattern::Kind::kDecimal;
  } else if (name == "ANY") {
    pattern->kind_ = TypePattern::Kind::kAny;
  } else if (name == "INTERVALUNIT") {
    pattern->kind_ = TypePattern::Kind::kIntervalUnit;
  } else if (name == "ARRAY") {
    pattern->kind_ = TypePattern::Kind::kArray;
    expect("<");
    pattern->children_.push_back(parse_pattern());
    expect(">");
  } else if (name == "MAP") {
    pattern->kind_ = TypePattern::Kind::kMap;
    expect("<");
    pattern->children_.push_back(parse_pattern());
    expect(",");
    pattern->children_.push_back(parse_pattern());
    expect(">");
  } else if (name == "STRUCT") {
    pattern->kind_ = TypePattern::Kind::kStruct;
    parse_struct_fields(*pattern);
  } else if (name == "LAMBDA") {
    pattern->kind_ = TypePattern::Kind::kLambda;
    parse_lambda(*pattern);
  } else if (name.size() == 1) {
    pattern->kind_ = TypePattern::Kind::kVariable;
    pattern->name_ = name;
  } else {
    fail("no type is named " + name);
  }
  return pattern;
}

ParsedSignature TypePatternParser::parse_signature() {
  ParsedSignature signature;
  expect("(");
  if (!accept(")")) {
    do {
      signature.parameters.push_back(parse_pattern());
      if (accept("...")) {
        if (signature.variadic >= 0) fail("only one parameter can be variadic");
        signature.variadic = static_cast<int>(signature.parameters.size()) - 1;
      }
    } while (accept(","));
    expect(")");
  }
  expect("->");
  signature.result = parse_pattern();
  expect_end();
  return signature;
}

}  // namespace weir
