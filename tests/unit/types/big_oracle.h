// Signed integers of any size as decimal strings: slow, obviously right arithmetic to check the decimals against.
#pragma once

#include <algorithm>
#include <string>

namespace weir::test {

struct BigOracle {
  bool negative = false;
  std::string digits = "0";  // no leading zeros, "0" for zero

  BigOracle() = default;
  explicit BigOracle(std::string text) {
    if (!text.empty() && text[0] == '-') {
      negative = true;
      text.erase(0, 1);
    }
    digits = std::move(text);
    normalize();
  }
  static BigOracle power_of_ten(int n) { return BigOracle("1" + std::string(static_cast<size_t>(n), '0')); }

  void normalize() {
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    if (digits == "0") negative = false;
  }
  std::string to_string() const { return (negative ? "-" : "") + digits; }
  BigOracle absolute() const { return BigOracle(digits); }
  BigOracle negated() const {
    BigOracle out = *this;
    out.negative = !negative && digits != "0";
    return out;
  }
};

inline int compare_magnitude(const BigOracle& a, const BigOracle& b) {
  if (a.digits.size() != b.digits.size()) return a.digits.size() < b.digits.size() ? -1 : 1;
  return a.digits < b.digits ? -1 : a.digits > b.digits ? 1 : 0;
}

inline std::string add_magnitude(const std::string& a, const std::string& b) {
  std::string out;
  int carry = 0;
  for (size_t i = 0; i < std::max(a.size(), b.size()) || carry > 0; ++i) {
    int sum = carry;
    if (i < a.size()) sum += a[a.size() - 1 - i] - '0';
    if (i < b.size()) sum += b[b.size() - 1 - i] - '0';
    out += static_cast<char>('0' + sum % 10);
    carry = sum / 10;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

// a - b for a >= b.
inline std::string subtract_magnitude(const std::string& a, const std::string& b) {
  std::string out;
  int borrow = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    int difference = a[a.size() - 1 - i] - '0' - borrow;
    if (i < b.size()) difference -= b[b.size() - 1 - i] - '0';
    borrow = difference < 0 ? 1 : 0;
    out += static_cast<char>('0' + difference + 10 * borrow);
  }
  std::reverse(out.begin(), out.end());
  return out;
}

inline BigOracle operator+(const BigOracle& a, const BigOracle& b) {
  BigOracle out;
  if (a.negative == b.negative) {
    out.digits = add_magnitude(a.digits, b.digits);
    out.negative = a.negative;
  } else if (compare_magnitude(a, b) >= 0) {
    out.digits = subtract_magnitude(a.digits, b.digits);
    out.negative = a.negative;
  } else {
    out.digits = subtract_magnitude(b.digits, a.digits);
    out.negative = b.negative;
  }
  out.normalize();
  return out;
}
inline BigOracle operator-(const BigOracle& a, const BigOracle& b) { return a + b.negated(); }

inline BigOracle operator*(const BigOracle& a, const BigOracle& b) {
  std::string sum = "0";
  for (size_t i = 0; i < b.digits.size(); ++i) {
    for (int n = 0; n < b.digits[i] - '0'; ++n) {
      sum = add_magnitude(sum, a.digits + std::string(b.digits.size() - 1 - i, '0'));
    }
  }
  BigOracle out(sum);
  out.negative = a.negative != b.negative && out.digits != "0";
  return out;
}

// Truncating division; the remainder has a's sign.
inline BigOracle divide(const BigOracle& a, const BigOracle& b, BigOracle* remainder) {
  BigOracle rest;
  std::string quotient;
  for (const char digit : a.digits) {
    rest = BigOracle(rest.digits + digit);
    char q = '0';
    while (compare_magnitude(rest, b) >= 0) {
      rest = rest - b.absolute();
      ++q;
    }
    quotient += q;
  }
  BigOracle out(quotient);
  out.negative = a.negative != b.negative && out.digits != "0";
  rest.negative = a.negative && rest.digits != "0";
  *remainder = rest;
  return out;
}

// a / b rounded half away from zero.
inline BigOracle divide_half_up(const BigOracle& a, const BigOracle& b) {
  BigOracle rest;
  const BigOracle quotient = divide(a.absolute(), b.absolute(), &rest);
  BigOracle out = compare_magnitude(rest + rest, b) >= 0 ? quotient + BigOracle("1") : quotient;
  out.negative = a.negative != b.negative && out.digits != "0";
  return out;
}

}  // namespace weir::test
