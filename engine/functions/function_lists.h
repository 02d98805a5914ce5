// The functions of each family, one file a family: what registry.cc assembles the language from. A new function goes
// into its family's file; nothing else changes.
#pragma once

#include <vector>

#include "engine/functions/function.h"

namespace weir {

std::vector<ScalarFunction> conditional_functions();    // COALESCE, IFNULL, NULLIF, AS_VALUE
std::vector<ScalarFunction> comparison_functions();     // GREATEST, LEAST
std::vector<ScalarFunction> math_functions();           // SIN, LN, POWER …
std::vector<ScalarFunction> rounding_functions();       // ABS, CEIL, FLOOR, ROUND, TRUNC
std::vector<ScalarFunction> geo_functions();            // GEO_DISTANCE
std::vector<ScalarFunction> string_functions();         // CONCAT, LCASE, TRIM, SUBSTRING …
std::vector<ScalarFunction> string_search_functions();  // INSTR, REPLACE, SPLIT, FIELD …
std::vector<ScalarFunction> date_text_functions();      // FORMAT_DATE, PARSE_TIMESTAMP …
std::vector<ScalarFunction> date_functions();           // DATEADD, UNIX_TIMESTAMP, CONVERT_TZ …

}  // namespace weir
