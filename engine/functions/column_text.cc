#include "engine/functions/column_text.h"

#include <charconv>
#include <cmath>

#include "engine/types/decimal.h"
#include "engine/types/text.h"

namespace weir {
namespace {

void append_integer(std::string& out, int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void append_json_list(std::string& out, const Column& column, size_t row) {
  out += '[';
  const uint32_t begin = column.offsets()[row];
  for (uint32_t i = begin; i < column.offsets()[row + 1]; ++i) {
    if (i > begin) out += ',';
    append_json_value(out, column.child(0), i);
  }
  out += ']';
}

void append_json_map(std::string& out, const Column& column, size_t row) {
  out += '{';
  const Column& keys = column.child(0);
  const uint32_t begin = column.offsets()[row];
  for (uint32_t i = begin; i < column.offsets()[row + 1]; ++i) {
    if (i > begin) out += ',';
    if (keys.kind() == TypeKind::kString && keys.is_valid(i)) {
      append_json_quoted(out, keys.at<std::string_view>(i));
    } else {
      // A JSON name is a text.
      std::string name;
      append_plain_text(name, keys, i);
      append_json_quoted(out, name);
    }
    out += ':';
    append_json_value(out, column.child(1), i);
  }
  out += '}';
}

void append_json_struct(std::string& out, const Column& column, size_t row) {
  out += '{';
  const auto& fields = column.type()->fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ',';
    append_json_quoted(out, fields[i].name);
    out += ':';
    append_json_value(out, column.child(i), row);
  }
  out += '}';
}

}  // namespace

void append_plain_text(std::string& out, const Column& column, size_t row) {
  if (column.is_null(row)) {
    out += "null";
    return;
  }
  switch (column.kind()) {
    case TypeKind::kBoolean:
      out += column.at<uint8_t>(row) ? "true" : "false";
      return;
    case TypeKind::kInt:
      return append_integer(out, column.at<int32_t>(row));
    case TypeKind::kBigint:
      return append_integer(out, column.at<int64_t>(row));
    case TypeKind::kDouble:
      return append_java_double(out, column.at<double>(row));
    case TypeKind::kDecimal:
      return append_decimal(out, column.at<Int128>(row), column.type()->scale());
    case TypeKind::kString:
      out += column.at<std::string_view>(row);
      return;
    case TypeKind::kBytes:
      out += base64_encode(column.at<std::string_view>(row));
      return;
    case TypeKind::kDate:
      out += date_to_text(column.at<int32_t>(row));
      return;
    case TypeKind::kTime:
      out += time_to_text(column.at<int32_t>(row));
      return;
    case TypeKind::kTimestamp:
      out += timestamp_to_text(column.at<int64_t>(row));
      return;
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct:
    case TypeKind::kNull:
      return append_json_value(out, column, row);
  }
}

void append_json_value(std::string& out, const Column& column, size_t row) {
  if (column.is_null(row)) {
    out += "null";
    return;
  }
  switch (column.kind()) {
    case TypeKind::kArray:
      return append_json_list(out, column, row);
    case TypeKind::kMap:
      return append_json_map(out, column, row);
    case TypeKind::kStruct:
      return append_json_struct(out, column, row);
    case TypeKind::kString:
      return append_json_quoted(out, column.at<std::string_view>(row));
    case TypeKind::kBytes:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
      // None of these texts needs escaping.
      out += '"';
      append_plain_text(out, column, row);
      out += '"';
      return;
    case TypeKind::kDouble:
      // JSON has no number for NaN and infinity.
      if (!std::isfinite(column.at<double>(row))) {
        out += '"' + java_double(column.at<double>(row)) + '"';
        return;
      }
      break;
    case TypeKind::kBoolean:
    case TypeKind::kInt:
    case TypeKind::kBigint:
    case TypeKind::kDecimal:
    case TypeKind::kNull:
      break;
  }
  append_plain_text(out, column, row);
}

}  // namespace weir
