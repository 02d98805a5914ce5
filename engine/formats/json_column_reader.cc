#include "engine/formats/json_column_reader.h"

#include <limits>

#include "engine/formats/json_number.h"
#include "engine/formats/json_text.h"
#include "engine/types/text.h"

namespace weir {
namespace {

constexpr int64_t kJsonMillisOfDay = 86'400'000;

const char* json_kind_name(char first) {
  switch (first) {
    case '"':
      return "a string";
    case '{':
      return "an object";
    case '[':
      return "an array";
    case 't':
    case 'f':
      return "a boolean";
    default:
      return "a number";
  }
}

}  // namespace

JsonColumnReader::JsonColumnReader(TypePtr type) : type_(std::move(type)), kind_(type_->kind()) {
  if (kind_ == TypeKind::kArray) children_.push_back(std::make_unique<JsonColumnReader>(type_->element()));
  if (kind_ == TypeKind::kMap) {
    children_.push_back(std::make_unique<JsonColumnReader>(type_->map_key()));
    children_.push_back(std::make_unique<JsonColumnReader>(type_->map_value()));
  }
  if (kind_ == TypeKind::kStruct) fields_ = std::make_unique<JsonObjectReader>(type_->fields());
}

void JsonColumnReader::bind(Column& column) {
  column_ = &column;
  for (size_t i = 0; i < children_.size(); ++i) children_[i]->bind(column.child(i));
  if (fields_) {
    for (size_t i = 0; i < fields_->size(); ++i) fields_->column(i).bind(column.child(i));
  }
}

bool JsonColumnReader::read(JsonRecord& record, size_t slot) {
  JsonReader& reader = record.reader;
  const char first = reader.peek();
  if (first == 'n') return read_null(record, slot);
  switch (kind_) {
    case TypeKind::kString:
      return read_string(record, slot);
    case TypeKind::kInt: {
      int64_t value;
      if (!read_integer(record, value)) return false;
      if (value != static_cast<int32_t>(value)) return does_not_fit(record);
      column_->set<int32_t>(slot, static_cast<int32_t>(value));
      return true;
    }
    case TypeKind::kBigint:
    case TypeKind::kTimestamp: {
      int64_t value;
      if (!read_integer(record, value)) return false;
      column_->set<int64_t>(slot, value);
      return true;
    }
    case TypeKind::kDouble:
      return read_double(record, slot);
    case TypeKind::kBoolean:
      if (first != 't' && first != 'f') return mismatch(record);
      if (!reader.read_word(first == 't' ? "true" : "false")) return false;
      column_->set<uint8_t>(slot, first == 't');
      return true;
    case TypeKind::kDecimal:
      return read_decimal(record, slot);
    case TypeKind::kBytes:
      return read_bytes(record, slot);
    case TypeKind::kDate: {
      int64_t value;
      if (!read_integer(record, value)) return false;
      if (value != static_cast<int32_t>(value)) return does_not_fit(record);
      column_->set<int32_t>(slot, static_cast<int32_t>(value));
      return true;
    }
    case TypeKind::kTime: {
      int64_t value;
      if (!read_integer(record, value)) return false;
      if (value < 0 || value > kJsonMillisOfDay) return does_not_fit(record);
      column_->set<int32_t>(slot, static_cast<int32_t>(value));
      return true;
    }
    case TypeKind::kArray:
      return read_array(record, slot);
    case TypeKind::kMap:
      return read_map(record, slot);
    case TypeKind::kStruct:
      if (first != '{') return mismatch(record);
      if (!fields_->read(record, slot)) return false;
      column_->set_valid(slot);
      return true;
    case TypeKind::kNull:
      return mismatch(record);
  }
  return mismatch(record);
}

bool JsonColumnReader::read_null(JsonRecord& record, size_t slot) {
  set_null(slot);
  return record.reader.read_word("null");
}

bool JsonColumnReader::mismatch(JsonRecord& record) {
  JsonReader& reader = record.reader;
  const char first = reader.peek();
  const char* found = json_kind_name(first);
  if (!reader.skip_value()) return false;  // malformed rather than of the wrong kind
  return record.fail(std::string(found) + " can't be read as " + type_->to_string());
}

bool JsonColumnReader::does_not_fit(JsonRecord& record) {
  return record.fail("the number is outside the range of " + type_->to_string());
}

bool JsonColumnReader::read_integer(JsonRecord& record, int64_t& value) {
  JsonReader& reader = record.reader;
  const char first = reader.peek();
  if (begins_json_number(first)) {
    JsonNumber number;
    if (!reader.read_number(number)) return false;
    if (number.integral && number.digits <= 18) {
      value = static_cast<int64_t>(number.magnitude);
      if (number.negative) value = -value;
      return true;
    }
    std::optional<int64_t> exact = json_to_int64(number);
    if (!exact) return does_not_fit(record);
    value = *exact;
    return true;
  }
  if (first != '"') return mismatch(record);
  JsonString text;
  if (!reader.read_string(text)) return false;
  std::optional<int64_t> parsed = parse_bigint(record.keep(text));
  if (!parsed) return record.fail("the string is no number that fits " + type_->to_string());
  value = *parsed;
  return true;
}

bool JsonColumnReader::read_double(JsonRecord& record, size_t slot) {
  JsonReader& reader = record.reader;
  const char first = reader.peek();
  if (begins_json_number(first)) {
    JsonNumber number;
    if (!reader.read_number(number)) return false;
    column_->set<double>(slot, json_to_double(number));
    return true;
  }
  if (first != '"') return mismatch(record);
  JsonString text;
  if (!reader.read_string(text)) return false;
  std::optional<double> parsed = parse_double(record.keep(text));
  if (!parsed) return record.fail("the string is no number that fits " + type_->to_string());
  column_->set<double>(slot, *parsed);
  return true;
}

bool JsonColumnReader::read_decimal(JsonRecord& record, size_t slot) {
  JsonReader& reader = record.reader;
  const char first = reader.peek();
  std::optional<Int128> value;
  if (begins_json_number(first)) {
    JsonNumber number;
    if (!reader.read_number(number)) return false;
    value = json_to_decimal(number, type_->precision(), type_->scale());
  } else if (first == '"') {
    JsonString text;
    if (!reader.read_string(text)) return false;
    value = text_to_exact_decimal(record.keep(text), type_->precision(), type_->scale());
    if (!value) {
      return record.fail("the string is no number that fits " + type_->to_string() +
                         " (a base64 decimal needs the producer's decimal.format=NUMERIC)");
    }
  } else {
    return mismatch(record);
  }
  if (!value) return record.fail("the number doesn't fit " + type_->to_string() + " without rounding");
  column_->set<Int128>(slot, *value);
  return true;
}

bool JsonColumnReader::read_string(JsonRecord& record, size_t slot) {
  JsonReader& reader = record.reader;
  if (reader.peek() == '"') {
    JsonString text;
    if (!reader.read_string(text)) return false;
    column_->set<std::string_view>(slot, record.keep(text));
    return true;
  }
  record.text.clear();
  if (!append_json_as_text(reader, *record.arena, record.text)) return false;
  column_->set<std::string_view>(slot, record.arena->copy(record.text));
  return true;
}

bool JsonColumnReader::read_bytes(JsonRecord& record, size_t slot) {
  JsonReader& reader = record.reader;
  if (reader.peek() != '"') return mismatch(record);
  JsonString text;
  if (!reader.read_string(text)) return false;
  std::optional<std::string> bytes = base64_decode(record.keep(text));
  if (!bytes) return record.fail("the string is not valid base64");
  column_->set<std::string_view>(slot, record.arena->copy(*bytes));
  return true;
}

bool JsonColumnReader::read_array(JsonRecord& record, size_t slot) {
  JsonReader& reader = record.reader;
  if (reader.peek() != '[') return mismatch(record);
  if (!reader.enter()) return false;
  reader.advance(1);
  elements_ = column_->offsets()[slot];
  if (!reader.take(']')) {
    do {
      const size_t element = add_element();
      if (!children_[0]->read(record, element)) {
        record.path.insert(0, "[" + std::to_string(element - column_->offsets()[slot]) + "]");
        return false;
      }
    } while (reader.take(','));
    if (!reader.take(']')) return reader.fail("a ',' or ']' was expected");
  }
  reader.leave();
  column_->offsets()[slot + 1] = static_cast<uint32_t>(elements_);
  column_->set_valid(slot);
  return true;
}

// Of equal keys the last stays, as with any JSON object. They are rare, so the map is then simply read again without
// the others.
bool JsonColumnReader::read_map(JsonRecord& record, size_t slot) {
  const JsonReader start = record.reader;
  if (!read_map_entries(record, slot, {})) return false;
  const std::vector<bool> repeated = repeated_map_keys(*column_, slot);
  if (repeated.empty()) return true;
  record.reader = start;
  return read_map_entries(record, slot, repeated);
}

// An object; or, as Confluent's converters write maps whose keys may be null, an array of {"key": …, "value": …}.
bool JsonColumnReader::read_map_entries(JsonRecord& record, size_t slot, const std::vector<bool>& skipped) {
  JsonReader& reader = record.reader;
  const char first = reader.peek();
  if (first != '[' && (first != '{' || type_->map_key()->kind() != TypeKind::kString)) return mismatch(record);
  if (!reader.enter()) return false;
  reader.advance(1);
  elements_ = column_->offsets()[slot];
  const char close = first == '{' ? '}' : ']';
  if (!reader.take(close)) {
    size_t entry = 0;
    do {
      const size_t element = add_element();
      if (!(first == '{' ? read_map_field(record, element) : read_map_entry(record, element))) return false;
      if (entry < skipped.size() && skipped[entry]) --elements_;
      ++entry;
    } while (reader.take(','));
    if (!reader.take(close)) return reader.fail("a ',' or the closing bracket was expected");
  }
  reader.leave();
  column_->offsets()[slot + 1] = static_cast<uint32_t>(elements_);
  column_->set_valid(slot);
  return true;
}

bool JsonColumnReader::read_map_field(JsonRecord& record, size_t element) {
  JsonReader& reader = record.reader;
  if (reader.peek() != '"') return reader.fail("a field name was expected");
  JsonString name;
  if (!reader.read_string(name)) return false;
  const std::string_view key = record.keep(name);
  column_->child(0).set<std::string_view>(element, key);
  if (!reader.take(':')) return reader.fail("a ':' was expected after a field name");
  if (children_[1]->read(record, element)) return true;
  record.path.insert(0, "[" + json_quote(key) + "]");
  return false;
}

bool JsonColumnReader::read_map_entry(JsonRecord& record, size_t element) {
  JsonReader& reader = record.reader;
  if (reader.peek() != '{') return mismatch(record);
  if (!reader.enter()) return false;
  reader.advance(1);
  bool has_key = false, has_value = false;
  if (!reader.take('}')) {
    do {
      if (reader.peek() != '"') return reader.fail("a field name was expected");
      JsonString name;
      if (!reader.read_string(name)) return false;
      if (!reader.take(':')) return reader.fail("a ':' was expected after a field name");
      const bool is_key = name.raw() == "key";
      if (!is_key && name.raw() != "value") return record.fail("an entry of a map has only the fields key and value");
      (is_key ? has_key : has_value) = true;
      if (!children_[is_key ? 0 : 1]->read(record, element)) return false;
    } while (reader.take(','));
    if (!reader.take('}')) return reader.fail("a ',' or '}' was expected");
  }
  reader.leave();
  if (!has_key) return record.fail("an entry of a map has no field key");
  if (!has_value) children_[1]->set_null(element);
  return true;
}

JsonObjectReader::JsonObjectReader(const std::vector<StructField>& fields)
    : names_([&] {
        std::vector<std::string> names;
        names.reserve(fields.size());
        for (const StructField& field : fields) names.push_back(field.name);
        return names;
      }()),
      seen_(fields.size()) {
  for (const StructField& field : fields) readers_.push_back(std::make_unique<JsonColumnReader>(field.type));
}

JsonObjectReader::~JsonObjectReader() = default;

bool JsonObjectReader::read(JsonRecord& record, size_t slot) {
  JsonReader& reader = record.reader;
  if (!reader.enter()) return false;
  reader.advance(1);
  names_.restart();
  std::fill(seen_.begin(), seen_.end(), 0);
  if (!reader.take('}')) {
    do {
      if (reader.peek() != '"') return reader.fail("a field name was expected");
      JsonFields::Match match;
      if (!names_.next(reader, match)) return false;
      if (!reader.take(':')) return reader.fail("a ':' was expected after a field name");
      if (match.field < 0 || match.rank < seen_[static_cast<size_t>(match.field)]) {
        if (!reader.skip_value()) return false;
        continue;
      }
      const size_t field = static_cast<size_t>(match.field);
      seen_[field] = match.rank;
      if (!readers_[field]->read(record, slot)) {
        record.path.insert(0, "." + names_.names()[field]);
        return false;
      }
    } while (reader.take(','));
    if (!reader.take('}')) return reader.fail("a ',' or '}' was expected");
  }
  reader.leave();
  for (size_t i = 0; i < readers_.size(); ++i) {
    if (seen_[i] == 0) readers_[i]->set_null(slot);
  }
  return true;
}

void JsonObjectReader::set_null(size_t slot) {
  for (std::unique_ptr<JsonColumnReader>& reader : readers_) reader->set_null(slot);
}

}  // namespace weir
