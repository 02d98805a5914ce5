#include "engine/formats/json_number.h"

#include <charconv>
#include <cstdlib>
#include <limits>
#include <vector>

#include "engine/types/decimal.h"

namespace weir {
namespace {

// value = ± digits · 10^exponent; the digits are ASCII without leading zeros, empty for zero.
struct JsonDecimalParts {
  bool negative = false;
  std::string digits;
  int64_t exponent = 0;
};

// Exponents beyond this are taken as this; nothing that fits a column comes near.
constexpr int64_t kJsonMaxExponent = 1'000'000'000;

// The grammar of BigDecimal(String): sign, digits with an optional point, an optional exponent. JSON's numbers are a
// part of it.
std::optional<JsonDecimalParts> split_number(std::string_view text) {
  JsonDecimalParts parts;
  size_t i = 0;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) parts.negative = text[i++] == '-';
  bool any = false, point = false;
  for (; i < text.size(); ++i) {
    char c = text[i];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    if (c != '0' || !parts.digits.empty()) parts.digits.push_back(c);
    if (point) --parts.exponent;
  }
  if (!any) return std::nullopt;
  if (i == text.size()) return parts;
  if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
  bool minus = false;
  if (++i < text.size() && (text[i] == '-' || text[i] == '+')) minus = text[i++] == '-';
  if (i == text.size()) return std::nullopt;
  int64_t exponent = 0;
  for (; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    if (exponent < kJsonMaxExponent) exponent = exponent * 10 + (text[i] - '0');
  }
  parts.exponent += minus ? -exponent : exponent;
  return parts;
}

Int128 json_digits_value(std::string_view digits) {  // at most 38
  Int128 value = 0;
  for (char c : digits) value = value * 10 + (c - '0');
  return value;
}

std::optional<Int128> fit_decimal(const JsonDecimalParts& parts, int precision, int scale) {
  if (parts.digits.empty()) return Int128{0};
  std::string digits = parts.digits;
  int64_t shift = parts.exponent + scale;  // unscaled = digits · 10^shift
  for (; shift < 0 && digits.back() == '0'; ++shift)
    digits.pop_back();                 // digits doesn't start with a zero, so one other stays
  if (shift < 0) return std::nullopt;  // would need rounding
  if (static_cast<int64_t>(digits.size()) + shift > precision) return std::nullopt;
  Int128 value = json_digits_value(digits) * power_of_ten(static_cast<int>(shift));
  return parts.negative ? -value : value;
}

}  // namespace

std::optional<int64_t> json_to_int64(const JsonNumber& number) {
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  if (number.integral && number.digits <= 19) {
    if (number.magnitude > kMax + (number.negative ? 1 : 0)) return std::nullopt;
    return static_cast<int64_t>(number.negative ? 0 - number.magnitude : number.magnitude);
  }
  std::optional<JsonDecimalParts> parts = split_number(number.text());
  if (!parts) return std::nullopt;
  const int64_t length = static_cast<int64_t>(parts->digits.size()) + parts->exponent;  // digits before the point
  if (parts->digits.empty() || length <= 0) return 0;
  if (length > 19) return std::nullopt;
  std::string digits = parts->digits.substr(0, std::min(parts->digits.size(), static_cast<size_t>(length)));
  digits.append(static_cast<size_t>(length) - digits.size(), '0');
  Int128 value = json_digits_value(digits);
  if (parts->negative) value = -value;
  if (value < std::numeric_limits<int64_t>::min() || value > std::numeric_limits<int64_t>::max()) return std::nullopt;
  return static_cast<int64_t>(value);
}

double json_to_double(const JsonNumber& number) {
  if (number.integral && number.digits <= 15) {
    double value = static_cast<double>(number.magnitude);
    return number.negative ? 0.0 - value : value;
  }
  double value = 0;
  std::from_chars_result result = std::from_chars(number.data, number.data + number.size, value);
  if (result.ec == std::errc::result_out_of_range) value = std::strtod(std::string(number.text()).c_str(), nullptr);
  return value + 0.0;  // BigDecimal has no negative zero
}

std::optional<Int128> json_to_decimal(const JsonNumber& number, int precision, int scale) {
  return text_to_exact_decimal(number.text(), precision, scale);
}

std::optional<Int128> text_to_exact_decimal(std::string_view text, int precision, int scale) {
  // The usual case, without a copy of the digits: at most 18 of them and no exponent.
  if (!text.empty() && text.size() <= 20) {
    size_t i = text[0] == '-' ? 1 : 0;
    uint64_t value = 0;  // may wrap beyond 18 digits, and is unused then
    int digits = 0, fraction = -1;
    for (; i < text.size(); ++i) {
      char c = text[i];
      if (c >= '0' && c <= '9') {
        value = value * 10 + static_cast<uint64_t>(c - '0');
        ++digits;
        if (fraction >= 0) ++fraction;
      } else if (c == '.' && fraction < 0) {
        fraction = 0;
      } else {
        break;
      }
    }
    if (fraction < 0) fraction = 0;
    if (i == text.size() && digits > 0 && digits <= 18 && fraction <= scale && digits + scale - fraction <= 38) {
      Int128 unscaled = static_cast<Int128>(value) * power_of_ten(scale - fraction);
      if (!decimal_fits(unscaled, precision)) return std::nullopt;
      return text[0] == '-' ? -unscaled : unscaled;
    }
  }
  std::optional<JsonDecimalParts> parts = split_number(text);
  if (!parts) return std::nullopt;
  return fit_decimal(*parts, precision, scale);
}

void append_java_number(const JsonNumber& number, std::string& out) {
  std::string_view text = number.text();
  if (number.integral) {
    if (number.magnitude == 0 && number.digits == 1) text = "0";  // -0 is an integer to Jackson
    out.append(text);
    return;
  }
  std::optional<JsonDecimalParts> parts = split_number(text);
  if (!parts) return;
  // BigDecimal.toString(): plain when scale >= 0 and the adjusted exponent is at least -6.
  const std::string digits = parts->digits.empty() ? "0" : parts->digits;
  const int64_t scale = -parts->exponent;
  const int64_t count = static_cast<int64_t>(digits.size());
  const int64_t adjusted = count - 1 - scale;
  if (parts->negative && !parts->digits.empty()) out.push_back('-');
  if (scale >= 0 && adjusted >= -6) {
    if (scale == 0) {
      out.append(digits);
    } else if (count > scale) {
      out.append(digits, 0, static_cast<size_t>(count - scale)).push_back('.');
      out.append(digits, static_cast<size_t>(count - scale));
    } else {
      out.append("0.").append(static_cast<size_t>(scale - count), '0').append(digits);
    }
    return;
  }
  out.push_back(digits[0]);
  if (count > 1) out.append(".").append(digits, 1);
  if (adjusted != 0) out.append(adjusted > 0 ? "E+" : "E").append(std::to_string(adjusted));
}

}  // namespace weir
