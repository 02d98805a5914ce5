#include "engine/exec/cast_loops.h"

#include <limits>
#include <optional>

#include "engine/exec/kernel_take.h"
#include "engine/exec/kernel_validity.h"
#include "engine/types/decimal.h"
#include "engine/types/text.h"

namespace weir {

namespace {

constexpr int64_t kDayMillis = 86'400'000;

void all_null_loop(const Column&, ExpressionFrame&, Column&) {}

void same_type_loop(const Column& from, ExpressionFrame& frame, Column& out) { copy_rows(from, frame.rows, out); }

// ---- between numbers

// Java's narrowing of a double: NaN is 0, what is out of range the nearest bound.
template <class T>
T truncate_double(double value) {
  if (value != value) return 0;
  if (value <= static_cast<double>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
  if (value >= static_cast<double>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
  return static_cast<T>(value);
}

template <class From, class To>
To convert_number(From value) {
  if constexpr (std::is_same_v<From, double> && !std::is_same_v<To, double>) {
    return truncate_double<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

template <class From, class To>
void number_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  copy_validity(from, frame.rows, out);
  const From* __restrict source = from.data<From>();
  To* __restrict target = out.data<To>();
  for (uint32_t row = 0; row < frame.rows; ++row) target[row] = convert_number<From, To>(source[row]);
}

std::optional<Int128> to_decimal(int32_t value, const Type&, const Type& to) {
  return decimal_to_decimal(value, 0, to.precision(), to.scale());
}
std::optional<Int128> to_decimal(int64_t value, const Type&, const Type& to) {
  return decimal_to_decimal(value, 0, to.precision(), to.scale());
}
std::optional<Int128> to_decimal(double value, const Type&, const Type& to) {
  return double_to_decimal(value, to.precision(), to.scale());
}
std::optional<Int128> to_decimal(Int128 value, const Type& from, const Type& to) {
  return decimal_to_decimal(value, from.scale(), to.precision(), to.scale());
}

template <class From>
void decimal_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  copy_validity(from, frame.rows, out);
  const From* source = from.data<From>();
  Int128* target = out.data<Int128>();
  for_each_valid(from, frame.rows, [&](uint32_t row) {
    const std::optional<Int128> value = to_decimal(source[row], *from.type(), *out.type());
    if (value) {
      target[row] = *value;
    } else {
      out.set_null(row);
      frame.fail(row, to_text(from.value(row), *from.type()) + " doesn't fit " + out.type()->to_string() +
                          ": numeric overflow");
    }
  });
}

template <class To>
void decimal_to_integer_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  copy_validity(from, frame.rows, out);
  const int scale = from.type()->scale();
  for_each_valid(from, frame.rows, [&](uint32_t row) {
    out.data<To>()[row] = static_cast<To>(decimal_to_bigint(from.at<Int128>(row), scale));
  });
}

void decimal_to_double_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  copy_validity(from, frame.rows, out);
  const int scale = from.type()->scale();
  for_each_valid(from, frame.rows,
                 [&](uint32_t row) { out.data<double>()[row] = decimal_to_double(from.at<Int128>(row), scale); });
}

// ---- between dates and times

int64_t floor_days(int64_t millis) { return millis / kDayMillis - (millis % kDayMillis < 0 ? 1 : 0); }

void date_to_timestamp_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  copy_validity(from, frame.rows, out);
  const int32_t* days = from.data<int32_t>();
  int64_t* target = out.data<int64_t>();
  for (uint32_t row = 0; row < frame.rows; ++row) target[row] = days[row] * kDayMillis;
}

void timestamp_to_date_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  copy_validity(from, frame.rows, out);
  const int64_t* millis = from.data<int64_t>();
  int32_t* target = out.data<int32_t>();
  for (uint32_t row = 0; row < frame.rows; ++row) target[row] = static_cast<int32_t>(floor_days(millis[row]));
}

void timestamp_to_time_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  copy_validity(from, frame.rows, out);
  const int64_t* millis = from.data<int64_t>();
  int32_t* target = out.data<int32_t>();
  for (uint32_t row = 0; row < frame.rows; ++row) {
    const int64_t of_day = millis[row] % kDayMillis;
    target[row] = static_cast<int32_t>(of_day < 0 ? of_day + kDayMillis : of_day);
  }
}

// ---- to text

// `append(text, row)` adds the row's text.
template <class Append>
void write_texts(const Column& from, ExpressionFrame& frame, Column& out, Append&& append) {
  copy_validity(from, frame.rows, out);
  std::string text;
  for_each_valid(from, frame.rows, [&](uint32_t row) {
    text.clear();
    append(text, row);
    out.data<std::string_view>()[row] = frame.arena.copy(text);
  });
}

void boolean_to_text_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  copy_validity(from, frame.rows, out);
  for_each_valid(from, frame.rows, [&](uint32_t row) {
    out.data<std::string_view>()[row] =
        from.at<uint8_t>(row) != 0 ? std::string_view("true") : std::string_view("false");
  });
}

template <class T>
void integer_to_text_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  write_texts(from, frame, out, [&](std::string& text, uint32_t row) { text = std::to_string(from.at<T>(row)); });
}

void double_to_text_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  write_texts(from, frame, out,
              [&](std::string& text, uint32_t row) { append_java_double(text, from.at<double>(row)); });
}

void decimal_to_text_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  const int scale = from.type()->scale();
  write_texts(from, frame, out,
              [&](std::string& text, uint32_t row) { append_decimal(text, from.at<Int128>(row), scale); });
}

void boxed_to_text_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  write_texts(from, frame, out,
              [&](std::string& text, uint32_t row) { text = to_text(from.value(row), *from.type()); });
}

// ---- from text

// Parses the trimmed text of each row; what `parse` doesn't take fails.
template <class To, class Parse>
void parse_texts(const Column& from, ExpressionFrame& frame, Column& out, Parse&& parse) {
  copy_validity(from, frame.rows, out);
  for_each_valid(from, frame.rows, [&](uint32_t row) {
    const std::string_view text = from.at<std::string_view>(row);
    const std::optional<To> value = parse(trim(text));
    if (value) {
      out.data<To>()[row] = *value;
      return;
    }
    constexpr size_t kShown = 100;
    out.set_null(row);
    frame.fail(row, "'" + std::string(text.substr(0, kShown)) + (text.size() > kShown ? "…" : "") +
                        "' is no value of type " + out.type()->to_string());
  });
}

// What isn't one of the words for true is false.
void text_to_boolean_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  parse_texts<uint8_t>(from, frame, out, [](std::string_view text) {
    return std::optional<uint8_t>(parse_boolean(text).value_or(false) ? 1 : 0);
  });
}

void text_to_int_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  parse_texts<int32_t>(from, frame, out, [](std::string_view text) { return parse_int(text); });
}

void text_to_bigint_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  parse_texts<int64_t>(from, frame, out, [](std::string_view text) { return parse_bigint(text); });
}

void text_to_double_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  parse_texts<double>(from, frame, out, [](std::string_view text) { return parse_double(text); });
}

void text_to_decimal_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  const Type& type = *out.type();
  parse_texts<Int128>(from, frame, out,
                      [&](std::string_view text) { return text_to_decimal(text, type.precision(), type.scale()); });
}

void text_to_date_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  parse_texts<int32_t>(from, frame, out, [](std::string_view text) { return parse_date(text); });
}

void text_to_time_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  parse_texts<int32_t>(from, frame, out, [](std::string_view text) { return parse_time(text); });
}

void text_to_timestamp_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  parse_texts<int64_t>(from, frame, out, [](std::string_view text) { return parse_timestamp(text); });
}

void text_to_bytes_loop(const Column& from, ExpressionFrame& frame, Column& out) {
  parse_texts<std::string_view>(from, frame, out, [&](std::string_view text) -> std::optional<std::string_view> {
    const std::optional<std::string> bytes = base64_decode(text);
    if (!bytes) return std::nullopt;
    return frame.arena.copy(*bytes);
  });
}

CastChoice to_text_choice(TypeKind from) {
  switch (from) {
    case TypeKind::kBoolean:
      return {boolean_to_text_loop};
    case TypeKind::kInt:
      return {integer_to_text_loop<int32_t>};
    case TypeKind::kBigint:
      return {integer_to_text_loop<int64_t>};
    case TypeKind::kDouble:
      return {double_to_text_loop};
    case TypeKind::kDecimal:
      return {decimal_to_text_loop};
    case TypeKind::kNull:
    case TypeKind::kString:
    case TypeKind::kBytes:
      return {};
    default:
      return {boxed_to_text_loop};
  }
}

CastChoice from_text_choice(TypeKind to) {
  switch (to) {
    case TypeKind::kBoolean:
      return {text_to_boolean_loop};
    case TypeKind::kInt:
      return {text_to_int_loop, true};
    case TypeKind::kBigint:
      return {text_to_bigint_loop, true};
    case TypeKind::kDouble:
      return {text_to_double_loop, true};
    case TypeKind::kDecimal:
      return {text_to_decimal_loop, true};
    case TypeKind::kBytes:
      return {text_to_bytes_loop, true};
    case TypeKind::kDate:
      return {text_to_date_loop, true};
    case TypeKind::kTime:
      return {text_to_time_loop, true};
    case TypeKind::kTimestamp:
      return {text_to_timestamp_loop, true};
    default:
      return {};
  }
}

template <class From>
CastChoice from_number_choice(const Type& from, const Type& to) {
  switch (to.kind()) {
    case TypeKind::kInt:
      return {number_loop<From, int32_t>};
    case TypeKind::kBigint:
      return {number_loop<From, int64_t>};
    case TypeKind::kDouble:
      return {number_loop<From, double>};
    case TypeKind::kDecimal: {
      const int digits = from.kind() == TypeKind::kInt ? 10 : from.kind() == TypeKind::kBigint ? 19 : 400;
      return {decimal_loop<From>, to.precision() - to.scale() < digits};
    }
    default:
      return {};
  }
}

CastChoice from_decimal_choice(const Type& from, const Type& to) {
  switch (to.kind()) {
    case TypeKind::kInt:
      return {decimal_to_integer_loop<int32_t>};
    case TypeKind::kBigint:
      return {decimal_to_integer_loop<int64_t>};
    case TypeKind::kDouble:
      return {decimal_to_double_loop};
    case TypeKind::kDecimal: {
      // Rounding may carry into one more digit.
      const int digits = from.precision() - from.scale() + (to.scale() < from.scale() ? 1 : 0);
      return {decimal_loop<Int128>, to.precision() - to.scale() < digits};
    }
    default:
      return {};
  }
}

}  // namespace

CastChoice cast_loop(const Type& from, const Type& to) {
  if (from == to) return {same_type_loop};
  if (from.kind() == TypeKind::kNull) return {all_null_loop};
  if (to.kind() == TypeKind::kString) return to_text_choice(from.kind());
  switch (from.kind()) {
    case TypeKind::kInt:
      return from_number_choice<int32_t>(from, to);
    case TypeKind::kBigint:
      return from_number_choice<int64_t>(from, to);
    case TypeKind::kDouble:
      return from_number_choice<double>(from, to);
    case TypeKind::kDecimal:
      return from_decimal_choice(from, to);
    case TypeKind::kString:
      return from_text_choice(to.kind());
    case TypeKind::kDate:
      return to.kind() == TypeKind::kTimestamp ? CastChoice{date_to_timestamp_loop} : CastChoice{};
    case TypeKind::kTimestamp:
      if (to.kind() == TypeKind::kDate) return {timestamp_to_date_loop};
      if (to.kind() == TypeKind::kTime) return {timestamp_to_time_loop};
      return {};
    default:
      return {};
  }
}

}  // namespace weir
