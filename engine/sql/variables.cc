// ${name} in a script. Inside quotes the value is put in as text, its quotes doubled; elsewhere it must be one name or
// one literal, so that no value can change what the statement does.
#include "engine/sql/variables.h"

#include <optional>

#include "engine/sql/keyword_table.h"
#include "engine/sql/parser.h"
#include "engine/sql/token_list.h"

namespace weir::sql {

namespace {

// A reference found in a text: the bytes from begin to end, $${name} when escaped.
struct VariableReference {
  size_t begin = 0;
  size_t end = 0;
  bool escaped = false;
  std::string name;  // upper case
};

bool is_variable_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }

std::optional<VariableReference> next_variable(std::string_view text, size_t from) {
  for (size_t at = text.find("${", from); at != std::string_view::npos; at = text.find("${", at + 1)) {
    size_t end = at + 2;
    if (end >= text.size() || !is_variable_letter(text[end])) continue;
    VariableReference found;
    while (end < text.size() &&
           (is_variable_letter(text[end]) || (text[end] >= '0' && text[end] <= '9') || text[end] == '@')) {
      const char c = text[end++];
      found.name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    if (end >= text.size() || text[end] != '}') continue;
    found.escaped = at > from && text[at - 1] == '$';
    found.begin = found.escaped ? at - 1 : at;
    found.end = end + 1;
    return found;
  }
  return std::nullopt;
}

bool is_one_name_or_literal(const std::string& value) {
  const TokenList tokens(value);
  const size_t sign = tokens.size() == 2 && tokens[0]->getType() == SqlToken::MINUS ? 1 : 0;
  if (tokens.size() != sign + 1) return false;
  switch (const size_t type = tokens[sign]->getType()) {
    case SqlToken::INTEGER_VALUE:
    case SqlToken::DECIMAL_VALUE:
    case SqlToken::DOUBLE_VALUE:
      return true;
    case SqlToken::STRING_VALUE:
    case SqlToken::TRUE:
    case SqlToken::FALSE:
    case SqlToken::NULL_WORD:
    case SqlToken::IDENTIFIER:
    case SqlToken::DIGIT_IDENTIFIER:
    case SqlToken::QUOTED_IDENTIFIER:
    case SqlToken::BACKQUOTED_IDENTIFIER:
      return sign == 0;
    default:
      return sign == 0 && KeywordTable::instance().is_keyword(type) && !KeywordTable::instance().is_reserved(type);
  }
}

class VariableSubstitution {
 public:
  VariableSubstitution(const TokenList& tokens, const Variables& variables) : tokens_(tokens), variables_(variables) {}

  SubstitutedText run() {
    const std::string& text = tokens_.source().text();
    for (size_t i = 0; i < tokens_.size(); ++i) {
      const antlr4::Token* token = tokens_[i];
      const std::string_view written = tokens_.source().written(token);
      const Position pos = tokens_.source().position(token);
      out_.append(text, copied_, pos.begin - copied_);
      copied_ = pos.end;
      switch (token->getType()) {
        case SqlToken::VARIABLE:
          replace_bare(written, pos);
          break;
        case SqlToken::STRING_VALUE:
        case SqlToken::UNCLOSED_STRING:
          replace_inside(written, '\'', pos);
          break;
        case SqlToken::QUOTED_IDENTIFIER:
        case SqlToken::UNCLOSED_QUOTED:
          replace_inside(written, '"', pos);
          break;
        case SqlToken::BACKQUOTED_IDENTIFIER:
        case SqlToken::UNCLOSED_BACKQUOTED:
          replace_inside(written, '`', pos);
          break;
        default:
          out_.append(written);
      }
    }
    out_.append(text, copied_);
    return {std::move(out_), std::move(edits_)};
  }

 private:
  const std::string& value_of(const VariableReference& reference, const Position& pos) const {
    if (const auto found = variables_.find(reference.name); found != variables_.end()) return found->second;
    std::vector<std::string> names;
    for (const auto& [name, value] : variables_) names.push_back(name);
    std::string message = "variable " + reference.name + " is not defined; set it with DEFINE " + reference.name +
                          " = '…', or write $${" + reference.name + "} for that text itself";
    if (const auto nearest = nearest_name(reference.name, names)) message += "; did you mean " + *nearest + "?";
    throw StatementError(StatementError::Kind::kInvalid, message, pos);
  }

  void replace_bare(std::string_view written, const Position& pos) {
    const auto reference = next_variable(written, 0);
    if (!reference || reference->escaped) {  // no name can begin with $: the parser will say so
      out_.append(written);
      return;
    }
    const std::string& value = value_of(*reference, pos);
    if (!is_one_name_or_literal(value)) {
      throw StatementError(StatementError::Kind::kInvalid,
                           "the value of variable " + reference->name +
                               " cannot stand here: outside quotes it must be one name, one "
                               "number or one string, but it is: " +
                               value,
                           pos);
    }
    out_.append(value);
    edits_.push_back({pos.begin, pos.end, out_.size() - value.size(), out_.size()});
  }

  void replace_inside(std::string_view written, char quote, const Position& pos) {
    size_t copied = 0;
    while (const auto reference = next_variable(written, copied)) {
      out_.append(written.substr(copied, reference->begin - copied));
      copied = reference->end;
      const size_t begin = out_.size();
      if (reference->escaped) {
        out_.append(written.substr(reference->begin + 1, reference->end - reference->begin - 1));
      } else {
        for (const char c : value_of(*reference, pos)) {
          if (c == quote) out_ += quote;
          out_ += c;
        }
      }
      edits_.push_back({pos.begin + reference->begin, pos.begin + reference->end, begin, out_.size()});
    }
    out_.append(written.substr(copied));
  }

  const TokenList& tokens_;
  const Variables& variables_;
  std::string out_;
  std::vector<SubstitutedText::Edit> edits_;
  size_t copied_ = 0;
};

}  // namespace

std::string substitute_variables(const std::string& text, const Variables& variables) {
  return substitute_with_places(text, variables).text;
}

SubstitutedText substitute_with_places(const std::string& text, const Variables& variables) {
  if (text.find("${") == std::string::npos) return {text, {}};
  const TokenList tokens(text);
  return VariableSubstitution(tokens, variables).run();
}

size_t SubstitutedText::written_offset(size_t offset) const {
  size_t begin = 0, written_begin = 0;  // where the two texts ran alike last
  for (const Edit& edit : edits) {
    if (offset < edit.begin) break;
    if (offset < edit.end) return edit.written_begin;
    begin = edit.end;
    written_begin = edit.written_end;
  }
  return written_begin + (offset - begin);
}

std::string escape_variables(const std::string& text) {
  if (text.find("${") == std::string::npos) return text;
  std::string escaped;
  size_t copied = 0;
  while (const auto reference = next_variable(text, copied)) {
    escaped.append(text, copied, reference->end - copied);
    // The dollar that an escaped reference has already stays part of the text.
    const size_t name_length = reference->name.size() + 3;
    escaped.insert(escaped.size() - name_length, 1, '$');
    copied = reference->end;
  }
  return escaped.append(text, copied);
}

}  // namespace weir::sql
