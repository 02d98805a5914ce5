#include "engine/plan/messages.h"

namespace weir {

void refuse(const std::string& message, const sql::Position& pos) {
  throw StatementError(StatementError::Kind::kInvalid, message, pos);
}

void refuse_unsupported(const std::string& what, const sql::Position& pos, const std::string& instead) {
  throw StatementError(StatementError::Kind::kNotSupported,
                       what + " is not supported yet." + (instead.empty() ? "" : " " + instead), pos);
}

std::string list_names(const std::vector<std::string>& names, const std::string& last_word) {
  std::string out;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " " + last_word + " " : ", ";
    out += names[i];
  }
  return out;
}

}  // namespace weir
