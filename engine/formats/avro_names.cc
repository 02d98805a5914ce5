#include "engine/formats/avro_names.h"

#include <algorithm>

namespace weir {
namespace {

char avro_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
char avro_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_avro_digit(char c) { return c >= '0' && c <= '9'; }
bool is_avro_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::string avro_field_name(const std::string& column) {
  std::string name = column;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

std::string avro_name_fault(std::string_view name) {
  if (name.empty()) return "a name can't be empty";
  if (!is_avro_letter(name[0])) return "a name must begin with a letter or '_'";
  for (const char c : name) {
    if (!is_avro_letter(c) && !is_avro_digit(c)) return std::string("a name can't have the character '") + c + "'";
  }
  return "";
}

bool avro_names_match(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return avro_upper(x) == avro_upper(y); });
}

std::string avro_upper_name(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), avro_upper);
  return name;
}

std::string avro_key_schema_name(const std::string& source) {
  std::string camel;
  bool word_begins = true;
  for (const char c : source) {
    if (c != '_') {
      const char fitting = is_avro_letter(c) || is_avro_digit(c) ? c : '_';
      camel += word_begins ? avro_upper(fitting) : avro_lower(fitting);
    }
    word_begins = c == '_';
  }
  if (!camel.empty() && is_avro_digit(camel[0])) camel.insert(0, 1, '_');
  return "io.confluent.ksql.avro_schemas." + camel + "Key";
}

}  // namespace weir
