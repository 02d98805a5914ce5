#include "engine/types/value.h"

#include <cmath>

#include "engine/types/decimal.h"
#include "engine/types/text.h"

namespace weir {

namespace {

int32_t narrow_int(const Value& value) { return static_cast<int32_t>(value.as_int()); }

void append_text(std::string& out, const Value& value, const Type& type);

void append_list_text(std::string& out, const ValueList& list, const Type& element) {
  out += '[';
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out += ", ";
    append_text(out, list[i], element);
  }
  out += ']';
}

void append_map_text(std::string& out, const ValueMap& map, const Type& type) {
  out += '{';
  for (size_t i = 0; i < map.size(); ++i) {
    if (i > 0) out += ", ";
    append_text(out, map[i].first, *type.map_key());
    out += '=';
    append_text(out, map[i].second, *type.map_value());
  }
  out += '}';
}

// As Kafka Connect's Struct.toString: fields that are NULL are left out.
void append_struct_text(std::string& out, const ValueList& fields, const Type& type) {
  out += "Struct{";
  bool first = true;
  for (size_t i = 0; i < type.fields().size() && i < fields.size(); ++i) {
    if (fields[i].is_null()) continue;
    if (!first) out += ',';
    first = false;
    out += type.fields()[i].name;
    out += '=';
    append_text(out, fields[i], *type.fields()[i].type);
  }
  out += '}';
}

void append_text(std::string& out, const Value& value, const Type& type) {
  if (value.is_null()) {
    out += "null";
    return;
  }
  switch (type.kind()) {
    case TypeKind::kNull:
      out += "null";
      break;
    case TypeKind::kBoolean:
      out += value.as_bool() ? "true" : "false";
      break;
    case TypeKind::kInt:
    case TypeKind::kBigint:
      out += std::to_string(value.as_int());
      break;
    case TypeKind::kDouble:
      append_java_double(out, value.as_double());
      break;
    case TypeKind::kDecimal:
      append_decimal(out, value.as_decimal(), type.scale());
      break;
    case TypeKind::kString:
      out += value.as_string();
      break;
    case TypeKind::kBytes:
      out += base64_encode(value.as_string());
      break;
    case TypeKind::kDate:
      out += date_to_text(narrow_int(value));
      break;
    case TypeKind::kTime:
      out += time_to_text(narrow_int(value));
      break;
    case TypeKind::kTimestamp:
      out += timestamp_to_text(value.as_int());
      break;
    case TypeKind::kArray:
      append_list_text(out, value.as_list(), *type.element());
      break;
    case TypeKind::kMap:
      append_map_text(out, value.as_map(), type);
      break;
    case TypeKind::kStruct:
      append_struct_text(out, value.as_list(), type);
      break;
  }
}

void append_json(std::string& out, const Value& value, const Type& type) {
  if (value.is_null()) {
    out += "null";
    return;
  }
  switch (type.kind()) {
    case TypeKind::kDouble:
      // JSON has no numbers for these.
      if (!std::isfinite(value.as_double())) {
        append_json_quoted(out, java_double(value.as_double()));
      } else {
        append_java_double(out, value.as_double());
      }
      break;
    case TypeKind::kString:
    case TypeKind::kBytes:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
      append_json_quoted(out, to_text(value, type));
      break;
    case TypeKind::kArray: {
      out += '[';
      bool first = true;
      for (const Value& element : value.as_list()) {
        if (!first) out += ',';
        first = false;
        append_json(out, element, *type.element());
      }
      out += ']';
      break;
    }
    case TypeKind::kMap: {
      out += '{';
      bool first = true;
      for (const auto& [key, mapped] : value.as_map()) {
        if (!first) out += ',';
        first = false;
        append_json_quoted(out, to_text(key, *type.map_key()));
        out += ':';
        append_json(out, mapped, *type.map_value());
      }
      out += '}';
      break;
    }
    case TypeKind::kStruct: {
      out += '{';
      const ValueList& fields = value.as_list();
      for (size_t i = 0; i < type.fields().size(); ++i) {
        if (i > 0) out += ',';
        append_json_quoted(out, type.fields()[i].name);
        out += ':';
        append_json(out, i < fields.size() ? fields[i] : Value(), *type.fields()[i].type);
      }
      out += '}';
      break;
    }
    default:
      append_text(out, value, type);
  }
}

}  // namespace

std::string to_text(const Value& value, const Type& type) {
  std::string out;
  append_text(out, value, type);
  return out;
}

std::string to_json(const Value& value, const Type& type) {
  std::string out;
  append_json(out, value, type);
  return out;
}

}  // namespace weir
