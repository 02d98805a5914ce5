#include "engine/functions/distinct_sketch.h"

#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "engine/functions/fixed_state.h"

namespace weir::distinct_sketch {
namespace {

constexpr char kExact = 0;
constexpr char kRegisters = 1;
constexpr int kIndexBits = 14;
constexpr size_t kRegisterCount = size_t{1} << kIndexBits;
constexpr size_t kRegisterBytes = kRegisterCount / 4 * 3;
constexpr int kMaxRank = 64 - kIndexBits + 1;

bool is_exact(std::string_view sketch) { return sketch[0] == kExact; }
size_t hash_count(std::string_view sketch) { return (sketch.size() - 1) / sizeof(uint64_t); }
uint64_t hash_at(std::string_view sketch, size_t i) { return read_fixed<uint64_t>(sketch, 1 + i * sizeof(uint64_t)); }

// The first hash that isn't less.
size_t lower_bound_of(std::string_view sketch, uint64_t hash) {
  size_t from = 0;
  size_t to = hash_count(sketch);
  while (from < to) {
    const size_t middle = (from + to) / 2;
    if (hash_at(sketch, middle) < hash) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return from;
}

// `registers` begins at the first one.
int register_at(const char* registers, size_t i) {
  const auto* group = reinterpret_cast<const unsigned char*>(registers) + i / 4 * 3;
  const uint32_t bits = group[0] | (group[1] << 8) | (group[2] << 16);
  return static_cast<int>((bits >> (i % 4 * 6)) & 63);
}

void raise_register(char* registers, size_t i, int rank) {
  if (register_at(registers, i) >= rank) return;
  auto* group = reinterpret_cast<unsigned char*>(registers) + i / 4 * 3;
  uint32_t bits = group[0] | (group[1] << 8) | (group[2] << 16);
  bits = (bits & ~(uint32_t{63} << (i % 4 * 6))) | (static_cast<uint32_t>(rank) << (i % 4 * 6));
  group[0] = static_cast<unsigned char>(bits);
  group[1] = static_cast<unsigned char>(bits >> 8);
  group[2] = static_cast<unsigned char>(bits >> 16);
}

void raise_for_hash(char* registers, uint64_t hash) {
  const uint64_t rest = hash << kIndexBits;
  raise_register(registers, hash >> (64 - kIndexBits), rest == 0 ? kMaxRank : std::countl_zero(rest) + 1);
}

// Appends a sketch with registers that has what `sketch` has.
void append_registers(std::string_view sketch, std::string& out) {
  if (!is_exact(sketch)) {
    out.append(sketch);
    return;
  }
  out.push_back(kRegisters);
  const size_t registers = out.size();
  out.append(kRegisterBytes, '\0');
  for (size_t i = 0; i < hash_count(sketch); ++i) raise_for_hash(out.data() + registers, hash_at(sketch, i));
}

void append_hash(std::string& out, uint64_t hash) { append_fixed(out, hash); }

double sigma(double x) {
  if (x == 1.0) return std::numeric_limits<double>::infinity();
  double y = 1.0;
  double z = x;
  for (double before = -1; before != z;) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

double tau(double x) {
  if (x == 0.0 || x == 1.0) return 0.0;
  double y = 1.0;
  double z = 1.0 - x;
  for (double before = -1; before != z;) {
    x = std::sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1.0 - x) * (1.0 - x) * y;
  }
  return z / 3.0;
}

}  // namespace

void initialize(std::string& out) { out.push_back(kExact); }

void add(std::string_view sketch, uint64_t hash, std::string& out) {
  if (is_exact(sketch)) {
    const size_t at = lower_bound_of(sketch, hash);
    const size_t byte = 1 + at * sizeof(uint64_t);
    if (at < hash_count(sketch) && hash_at(sketch, at) == hash) {
      out.append(sketch);
      return;
    }
    if (hash_count(sketch) < kExactValues) {
      out.append(sketch.substr(0, byte));
      append_hash(out, hash);
      out.append(sketch.substr(byte));
      return;
    }
  }
  const size_t start = out.size();
  append_registers(sketch, out);
  raise_for_hash(out.data() + start + 1, hash);
}

void merge(std::string_view a, std::string_view b, std::string& out) {
  const size_t start = out.size();
  if (is_exact(a) && is_exact(b)) {
    out.push_back(kExact);
    size_t i = 0;
    size_t j = 0;
    while (i < hash_count(a) || j < hash_count(b)) {
      const bool a_next = j == hash_count(b) || (i < hash_count(a) && hash_at(a, i) <= hash_at(b, j));
      const uint64_t hash = a_next ? hash_at(a, i) : hash_at(b, j);
      if (i < hash_count(a) && hash_at(a, i) == hash) ++i;
      if (j < hash_count(b) && hash_at(b, j) == hash) ++j;
      append_hash(out, hash);
    }
    if (hash_count(std::string_view(out).substr(start)) <= kExactValues) return;
    out.resize(start);
  }
  append_registers(a, out);
  char* registers = out.data() + start + 1;
  if (is_exact(b)) {
    for (size_t i = 0; i < hash_count(b); ++i) raise_for_hash(registers, hash_at(b, i));
  } else {
    for (size_t i = 0; i < kRegisterCount; ++i) raise_register(registers, i, register_at(b.data() + 1, i));
  }
}

// The improved raw estimator of Otmar Ertl, New cardinality estimation algorithms for HyperLogLog sketches (2017),
// algorithm 6: no bias in any range, no tables.
int64_t estimate(std::string_view sketch) {
  if (is_exact(sketch)) return static_cast<int64_t>(hash_count(sketch));
  std::array<int, 64> counts{};
  for (size_t i = 0; i < kRegisterCount; ++i) ++counts[static_cast<size_t>(register_at(sketch.data() + 1, i))];
  constexpr double kCount = kRegisterCount;
  double z = kCount * tau(1.0 - counts[kMaxRank] / kCount);
  for (int rank = kMaxRank - 1; rank >= 1; --rank) z = 0.5 * (z + counts[static_cast<size_t>(rank)]);
  z += kCount * sigma(counts[0] / kCount);
  return std::llround(kCount * kCount / (2.0 * std::log(2.0)) / z);
}

}  // namespace weir::distinct_sketch
