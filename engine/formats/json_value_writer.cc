#include "engine/formats/json_value_writer.h"

#include <charconv>
#include <cmath>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "engine/types/decimal.h"
#include "engine/types/text.h"

namespace weir {
namespace {

// What a byte below 0x20, '"' or '\\' is written as.
char* put_json_escape(char* out, unsigned char c) {
  static const char kHex[] = "0123456789ABCDEF";
  *out++ = '\\';
  switch (c) {
    case '"':
      *out++ = '"';
      break;
    case '\\':
      *out++ = '\\';
      break;
    case '\b':
      *out++ = 'b';
      break;
    case '\f':
      *out++ = 'f';
      break;
    case '\n':
      *out++ = 'n';
      break;
    case '\r':
      *out++ = 'r';
      break;
    case '\t':
      *out++ = 't';
      break;
    default:
      *out++ = 'u';
      *out++ = '0';
      *out++ = '0';
      *out++ = kHex[c >> 4];
      *out++ = kHex[c & 15];
  }
  return out;
}

void write_json_integer(int64_t value, TextBuffer& out) {
  char* begin = out.room(24);
  out.advance_to(std::to_chars(begin, begin + 24, value).ptr);
}

void write_json_double(double value, TextBuffer& out) {
  if (!std::isfinite(value)) {  // as Jackson, which quotes what is no JSON number
    out.append('"');
    out.append(java_double(value));
    out.append('"');
    return;
  }
  std::string text;
  append_java_double(text, value);
  out.append(text);
}

void write_json_decimal(Int128 unscaled, int scale, TextBuffer& out) {
  std::string text;
  append_decimal(text, unscaled, scale);
  out.append(text);
}

}  // namespace

void write_json_string(std::string_view text, TextBuffer& out) {
  constexpr size_t kSlack = 32;  // the quotes, and a chunk written beyond the end
  char* to = out.room(text.size() + kSlack);
  *to++ = '"';
  const char* p = text.data();
  const char* end = p + text.size();
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);
#endif
  while (p < end) {
#ifdef __SSE2__
    if (end - p >= 16) {
      const __m128i chunk = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      __m128i special = _mm_or_si128(_mm_cmpeq_epi8(chunk, quote), _mm_cmpeq_epi8(chunk, backslash));
      special = _mm_or_si128(special, _mm_cmpeq_epi8(_mm_min_epu8(chunk, control), chunk));
      const uint32_t stop = static_cast<uint32_t>(_mm_movemask_epi8(special));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to), chunk);
      const size_t plain = stop == 0 ? 16 : static_cast<size_t>(__builtin_ctz(stop));
      p += plain;
      to += plain;
      if (stop == 0) continue;
    }
#endif
    const unsigned char c = static_cast<unsigned char>(*p);
    if (c >= 0x20 && c != '"' && c != '\\') {
      *to++ = *p++;
      continue;
    }
    // Each further byte may take six; room() may move the buffer.
    out.advance_to(to);
    to = out.room(6 + static_cast<size_t>(end - p) + kSlack);
    to = put_json_escape(to, c);
    ++p;
  }
  *to++ = '"';
  out.advance_to(to);
}

std::string json_field_prefix(std::string_view name) {
  TextBuffer out;
  write_json_string(name, out);
  out.append(':');
  return std::string(out.view());
}

JsonValueWriter::JsonValueWriter(const Type& type) : kind_(type.kind()) {
  switch (kind_) {
    case TypeKind::kDecimal:
      scale_ = type.scale();
      break;
    case TypeKind::kArray:
      children_.emplace_back(*type.element());
      break;
    case TypeKind::kMap:
      children_.emplace_back(*type.map_key());
      children_.emplace_back(*type.map_value());
      break;
    case TypeKind::kStruct:
      for (const StructField& field : type.fields()) {
        prefixes_.emplace_back((prefixes_.empty() ? "{" : ",") + json_field_prefix(field.name));
        children_.emplace_back(*field.type);
      }
      break;
    default:
      break;
  }
}

bool JsonValueWriter::write(const Column& column, size_t row, TextBuffer& out, std::string& error) const {
  if (column.is_null(row)) {
    out.append("null");
    return true;
  }
  switch (kind_) {
    case TypeKind::kString:
      write_json_string(column.at<std::string_view>(row), out);
      return true;
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
      write_json_integer(column.at<int32_t>(row), out);
      return true;
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
      write_json_integer(column.at<int64_t>(row), out);
      return true;
    case TypeKind::kDouble:
      write_json_double(column.at<double>(row), out);
      return true;
    case TypeKind::kBoolean:
      if (column.at<uint8_t>(row)) {
        out.append("true");
      } else {
        out.append("false");
      }
      return true;
    case TypeKind::kDecimal:
      write_json_decimal(column.at<Int128>(row), scale_, out);
      return true;
    case TypeKind::kBytes:
      out.append('"');
      out.append(base64_encode(column.at<std::string_view>(row)));
      out.append('"');
      return true;
    case TypeKind::kNull:
      out.append("null");
      return true;
    case TypeKind::kArray:
      return write_array(column, row, out, error);
    case TypeKind::kMap:
      return write_map(column, row, out, error);
    case TypeKind::kStruct:
      return write_struct(column, row, out, error);
  }
  return true;
}

bool JsonValueWriter::write_struct(const Column& column, size_t row, TextBuffer& out, std::string& error) const {
  for (size_t i = 0; i < children_.size(); ++i) {
    out.append(prefixes_[i]);
    if (!children_[i].write(column.child(i), row, out, error)) return false;
  }
  if (children_.empty()) out.append('{');
  out.append('}');
  return true;
}

bool JsonValueWriter::write_array(const Column& column, size_t row, TextBuffer& out, std::string& error) const {
  const uint32_t begin = column.offsets()[row], end = column.offsets()[row + 1];
  out.append('[');
  for (uint32_t i = begin; i < end; ++i) {
    if (i > begin) out.append(',');
    if (!children_[0].write(column.child(0), i, out, error)) return false;
  }
  out.append(']');
  return true;
}

bool JsonValueWriter::write_map(const Column& column, size_t row, TextBuffer& out, std::string& error) const {
  const uint32_t begin = column.offsets()[row], end = column.offsets()[row + 1];
  const Column& keys = column.child(0);
  const bool as_object = keys.kind() == TypeKind::kString;
  out.append(as_object ? '{' : '[');
  for (uint32_t i = begin; i < end; ++i) {
    if (i > begin) out.append(',');
    if (!as_object) {
      out.append("{\"key\":");
      if (!children_[0].write(keys, i, out, error)) return false;
      out.append(",\"value\":");
    } else if (keys.is_null(i)) {
      out.append("\"null\":");  // as Java's String.valueOf
    } else {
      write_json_string(keys.at<std::string_view>(i), out);
      out.append(':');
    }
    if (!children_[1].write(column.child(1), i, out, error)) return false;
    if (!as_object) out.append('}');
  }
  out.append(as_object ? '}' : ']');
  return true;
}

}  // namespace weir
