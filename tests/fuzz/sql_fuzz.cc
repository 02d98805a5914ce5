// libFuzzer entry: any bytes are parsed or refused with a StatementError, and what is parsed reads back from its
// canonical text.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engine/sql/formatter.h"
#include "engine/sql/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir;
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    sql::split_statements(text);
    for (const sql::StatementPtr& statement : sql::parse_script(text + ";", {}, sql::Language::kTestScripts)) {
      const std::string printed = sql::to_sql(*statement);
      try {
        if (sql::to_sql(*sql::parse_statement(printed, {}, sql::Language::kTestScripts)) != printed) abort();
      } catch (const StatementError&) {
        abort();
      }
    }
  } catch (const StatementError& error) {
    if (error.kind() == StatementError::Kind::kInternal) abort();
    error.render(text);
  }
  return 0;
}
