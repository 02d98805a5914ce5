// Building blocks of kernels: loops over the rows whose arguments are all there, and arguments that are compiled before
// use (patterns, formats, zones). A kernel is used by one thread.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "engine/functions/function.h"

namespace weir {

// Calls f(row) for the rows whose bit is set in every word that words(i) returns for rows [64 i, 64 i + 64).
template <class Words, class F>
void for_each_row_in(uint32_t rows, Words&& words, F&& f) {
  for (uint32_t base = 0, word = 0; base < rows; base += 64, ++word) {
    const uint32_t count = rows - base < 64 ? rows - base : 64;
    uint64_t bits = words(word);
    if (count < 64) bits &= (uint64_t{1} << count) - 1;
    if (bits == ~uint64_t{0}) {
      for (uint32_t row = base; row < base + 64; ++row) f(row);
      continue;
    }
    for (; bits != 0; bits &= bits - 1) f(base + static_cast<uint32_t>(std::countr_zero(bits)));
  }
}

inline uint64_t all_valid_word(const KernelCall& call, uint32_t word) {
  uint64_t bits = ~uint64_t{0};
  for (const Column* arg : call.args) bits &= arg->validity_words()[word];
  return bits;
}

// Calls f(row) for the rows in which no argument is NULL; the others stay NULL.
template <class F>
void for_each_complete_row(const KernelCall& call, F&& f) {
  for_each_row_in(
      call.rows, [&](uint32_t word) { return all_valid_word(call, word); }, std::forward<F>(f));
}

inline std::string_view text_at(const KernelCall& call, size_t arg, uint32_t row) {
  return call.args[arg]->at<std::string_view>(row);
}
inline int32_t int_at(const KernelCall& call, size_t arg, uint32_t row) { return call.args[arg]->at<int32_t>(row); }

// f(values…) for every row, NULL where an argument is NULL. f must not fail, whatever the values: it also sees those
// below NULLs, so that the loop can be vectorised. In and Out are the columns' storage types.
template <class Out, class... In, class F>
Kernel elementwise(F f) {
  return [f](KernelCall& call) {
    [&]<size_t... I>(std::index_sequence<I...>) {
      const std::tuple<const In*...> in{call.args[I]->template data<In>()...};
      Out* out = call.out.data<Out>();
      for (uint32_t row = 0; row < call.rows; ++row) out[row] = f(std::get<I>(in)[row]...);
    }
    (std::index_sequence_for<In...>{});
    uint64_t* validity = call.out.validity_words();
    for (uint32_t word = 0; word * 64 < call.rows; ++word) validity[word] = all_valid_word(call, word);
  };
}

// f(text) → text, NULL for NULL. f may allocate from the arena that it is given.
template <class F>
Kernel text_to_text(F f) {
  return [f](KernelCall& call) {
    for_each_complete_row(
        call, [&](uint32_t row) { call.out.set<std::string_view>(row, f(text_at(call, 0, row), call.context.arena)); });
  };
}

// The value of a literal argument; nullptr where the argument isn't a literal.
inline const Value* literal_at(const FunctionBinding& binding, size_t index) {
  if (index >= binding.literals.size() || !binding.literals[index]) return nullptr;
  return &*binding.literals[index];
}

// Calls f(std::type_identity<T>) with the storage type of a kind that has one value a row; returns false for nested
// kinds and NULL.
template <class F>
bool with_storage(TypeKind kind, F&& f) {
  switch (kind) {
    case TypeKind::kBoolean:
      f(std::type_identity<uint8_t>{});
      return true;
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
      f(std::type_identity<int32_t>{});
      return true;
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
      f(std::type_identity<int64_t>{});
      return true;
    case TypeKind::kDouble:
      f(std::type_identity<double>{});
      return true;
    case TypeKind::kDecimal:
      f(std::type_identity<Int128>{});
      return true;
    case TypeKind::kString:
    case TypeKind::kBytes:
      f(std::type_identity<std::string_view>{});
      return true;
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct:
    case TypeKind::kNull:
      return false;
  }
  return false;
}

// Builds a result row by row, as nested types need it: append to `out` exactly once for each row, in order.
inline Column& start_appending(KernelCall& call) {
  call.out.recycle(0);
  return call.out;
}

// An argument that has to be compiled before it can be used, such as a regular expression: once for the query where it
// is a literal, otherwise once for each distinct text, remembered over batches. Copies share what was compiled.
template <class T>
class CompiledArgument {
 public:
  // compile(text) throws std::invalid_argument for a text that isn't valid; for a literal that happens here.
  using Compile = std::function<T(std::string_view)>;
  CompiledArgument(const FunctionBinding& binding, size_t index, Compile compile)
      : index_(index), compile_(std::move(compile)) {
    const Value* literal = literal_at(binding, index);
    if (literal && !literal->is_null()) literal_ = std::make_shared<const T>(compile_(literal->as_string()));
  }

  // The compiled value of the row's argument, which must not be NULL; nullptr after reporting the row as failed.
  const T* get(const KernelCall& call, uint32_t row) {
    if (literal_) return literal_.get();
    const std::string_view text = text_at(call, index_, row);
    if (!last_ || last_text_ != text) remember(text);
    if (!last_->compiled) call.fail(row, last_->error);
    return last_->compiled.get();
  }

 private:
  struct Entry {
    std::shared_ptr<const T> compiled;
    std::string error;
  };
  // Texts that come from the data are not bounded in number.
  static constexpr size_t kMaxRemembered = 256;

  void remember(std::string_view text) {
    last_text_ = text;
    auto found = entries_.find(last_text_);
    if (found == entries_.end()) {
      auto entry = std::make_shared<Entry>();
      try {
        entry->compiled = std::make_shared<const T>(compile_(text));
      } catch (const std::invalid_argument& error) {
        entry->error = error.what();
      }
      if (entries_.size() >= kMaxRemembered) entries_.clear();
      found = entries_.emplace(last_text_, std::move(entry)).first;
    }
    last_ = found->second;
  }

  size_t index_;
  Compile compile_;
  std::shared_ptr<const T> literal_;
  std::string last_text_;
  std::shared_ptr<const Entry> last_;
  std::unordered_map<std::string, std::shared_ptr<const Entry>> entries_;
};

}  // namespace weir
