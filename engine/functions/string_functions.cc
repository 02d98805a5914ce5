// Functions that make text (or bytes) from text: joining, cutting, padding, letter case.
#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "engine/functions/function_lists.h"
#include "engine/functions/kernels.h"
#include "engine/functions/letter_case.h"
#include "engine/functions/utf16_text.h"
#include "engine/types/text.h"

namespace weir {
namespace {

// Joins the arguments from `first_arg` on that aren't NULL, with the separator between them.
std::string_view join_arguments(const KernelCall& call, uint32_t row, size_t first_arg, std::string_view separator) {
  size_t size = 0;
  size_t parts = 0;
  for (size_t arg = first_arg; arg < call.args.size(); ++arg) {
    if (call.args[arg]->is_null(row)) continue;
    size += text_at(call, arg, row).size() + (parts++ > 0 ? separator.size() : 0);
  }
  if (size == 0) return {};
  char* const out = call.context.arena.allocate(size);
  char* at = out;
  bool first = true;
  const auto append = [&at](std::string_view text) {
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    at += text.size();
  };
  for (size_t arg = first_arg; arg < call.args.size(); ++arg) {
    if (call.args[arg]->is_null(row)) continue;
    if (!first) append(separator);
    append(text_at(call, arg, row));
    first = false;
  }
  return {out, size};
}

Kernel concat_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    for (uint32_t row = 0; row < call.rows; ++row) {
      call.out.set<std::string_view>(row, join_arguments(call, row, 0, {}));
    }
  };
}

Kernel concat_ws_kernel(const FunctionBinding& binding) {
  if (binding.types.size() < 2) {
    throw std::invalid_argument("CONCAT_WS needs a separator and at least one value to join");
  }
  return [](KernelCall& call) {
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (call.args[0]->is_null(row)) continue;
      call.out.set<std::string_view>(row, join_arguments(call, row, 1, text_at(call, 0, row)));
    }
  };
}

ScalarFunction concat_function() {
  return {.name = "CONCAT",
          .category = "string",
          .description = "Joins texts, or bytes. NULL counts as empty.",
          .example = "CONCAT(first_name, ' ', last_name)",
          .overloads = {{.signature = "(STRING...) -> STRING",
                         .description = "The texts one after the other.",
                         .make_kernel = concat_kernel,
                         .parameter_docs = {{"inputs", "the texts to join"}}},
                        {.signature = "(BYTES...) -> BYTES",
                         .description = "The bytes one after the other.",
                         .make_kernel = concat_kernel,
                         .parameter_docs = {{"inputs", "the bytes to join"}}}}};
}

ScalarFunction concat_ws_function() {
  return {.name = "CONCAT_WS",
          .category = "string",
          .description =
              "Joins texts, or bytes, with a separator between them. NULLs are left out; a NULL separator gives NULL.",
          .example = "CONCAT_WS(', ', street, city, country)",
          .overloads = {{.signature = "(STRING...) -> STRING",
                         .description = "The second and later texts, separated by the first.",
                         .make_kernel = concat_ws_kernel,
                         .parameter_docs = {{"separator_and_inputs", "the separator, then the texts to join"}}},
                        {.signature = "(BYTES...) -> BYTES",
                         .description = "The second and later bytes, separated by the first.",
                         .make_kernel = concat_ws_kernel,
                         .parameter_docs = {{"separator_and_inputs", "the separator, then the bytes to join"}}}}};
}

// A function from one text to one text.
template <class F>
ScalarFunction text_function(std::string name, const std::string& description, std::string example, F f) {
  return {.name = std::move(name),
          .category = "string",
          .description = description,
          .example = std::move(example),
          .overloads = {{.signature = "(STRING) -> STRING",
                         .description = description,
                         .make_kernel = [f](const FunctionBinding&) { return text_to_text(f); },
                         .parameter_docs = {{"text", "the text to convert"}}}}};
}

ScalarFunction len_function() {
  return {
      .name = "LEN",
      .category = "string",
      .description =
          "The length of a text in UTF-16 code units (characters, where none is beyond U+FFFF), or of bytes.",
      .example = "LEN('stream') → 6",
      .overloads = {
          {.signature = "(STRING) -> INT",
           .description = "The text's length.",
           .make_kernel = [](const FunctionBinding&) { return elementwise<int32_t, std::string_view>(utf16_length); },
           .parameter_docs = {{"text", "the text to measure"}}},
          {.signature = "(BYTES) -> INT",
           .description = "How many bytes there are.",
           .make_kernel =
               [](const FunctionBinding&) {
                 return elementwise<int32_t, std::string_view>(
                     [](std::string_view bytes) { return static_cast<int32_t>(bytes.size()); });
               },
           .parameter_docs = {{"bytes", "the bytes to count"}}}}};
}

// What SUBSTRING and the padding functions need to know about text and about bytes.
struct TextUnits {
  static int64_t length(std::string_view text) { return utf16_length(text); }
  static std::string_view slice(std::string_view text, int64_t begin, int64_t end, Arena& arena) {
    return utf16_slice(text, begin, end, arena);
  }
};
struct ByteUnits {
  static int64_t length(std::string_view bytes) { return static_cast<int64_t>(bytes.size()); }
  static std::string_view slice(std::string_view bytes, int64_t begin, int64_t end, Arena&) {
    if (begin >= end) return {};
    return bytes.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
  }
};

// Positions count from 1; 0 is taken for 1; negative ones count from the end. What lies outside of the text is left
// out.
template <class Units>
Kernel substring_kernel(const FunctionBinding& binding) {
  const bool bounded = binding.types.size() == 3;
  return [bounded](KernelCall& call) {
    for_each_complete_row(call, [&](uint32_t row) {
      const std::string_view text = text_at(call, 0, row);
      const int64_t size = Units::length(text);
      const int64_t position = int_at(call, 1, row);
      const int64_t begin =
          position < 0 ? std::max<int64_t>(size + position, 0) : std::clamp<int64_t>(position - 1, 0, size);
      const int64_t end =
          bounded ? std::clamp<int64_t>(begin + int_at(call, 2, row), begin, std::max(size, begin)) : size;
      call.out.set<std::string_view>(row, Units::slice(text, begin, std::min(end, size), call.context.arena));
    });
  };
}

ScalarFunction substring_function() {
  return {
      .name = "SUBSTRING",
      .category = "string",
      .description =
          "The part of a text, or of bytes, that starts at a position (1 is the first, -1 the last) and goes on to the "
          "end or for a given length.",
      .example = "SUBSTRING('stream', 1, 4) → 'stre'",
      .overloads = {
          {.signature = "(STRING, INT) -> STRING",
           .description = "The text from the position on.",
           .make_kernel = substring_kernel<TextUnits>,
           .parameter_docs = {{"text", "the text to cut from"}, {"pos", "where to start"}}},
          {.signature = "(STRING, INT, INT) -> STRING",
           .description = "At most length characters from the position on.",
           .make_kernel = substring_kernel<TextUnits>,
           .parameter_docs = {{"text", "the text to cut from"}, {"pos", "where to start"}, {"length", "how many"}}},
          {.signature = "(BYTES, INT) -> BYTES",
           .description = "The bytes from the position on.",
           .make_kernel = substring_kernel<ByteUnits>,
           .parameter_docs = {{"bytes", "the bytes to cut from"}, {"pos", "where to start"}}},
          {.signature = "(BYTES, INT, INT) -> BYTES",
           .description = "At most length bytes from the position on.",
           .make_kernel = substring_kernel<ByteUnits>,
           .parameter_docs = {{"bytes", "the bytes to cut from"}, {"pos", "where to start"}, {"length", "how many"}}}}};
}

// A padded value above this size is refused, so that one row can't take the memory of the process.
constexpr int64_t kMaxPaddedLength = int64_t{64} * 1024 * 1024;

enum class PadSide { kLeft, kRight };

template <class Units, PadSide side>
Kernel pad_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    Arena& arena = call.context.arena;
    for_each_complete_row(call, [&](uint32_t row) {
      const std::string_view text = text_at(call, 0, row);
      const int64_t target = int_at(call, 1, row);
      const std::string_view padding = text_at(call, 2, row);
      if (padding.empty() || target < 0) return;
      const int64_t missing = target - Units::length(text);
      if (missing <= 0) {
        call.out.set<std::string_view>(row, Units::slice(text, 0, target, arena));
        return;
      }
      if (target > kMaxPaddedLength) {
        call.fail(row, "a padded length of " + std::to_string(target) + " is too large; the limit is " +
                           std::to_string(kMaxPaddedLength));
        return;
      }
      const int64_t unit = Units::length(padding);
      const std::string_view rest = Units::slice(padding, 0, missing % unit, arena);
      const size_t repeats = static_cast<size_t>(missing / unit);
      const size_t size = text.size() + repeats * padding.size() + rest.size();
      char* const out = arena.allocate(size);
      char* at = out;
      const auto append = [&at](std::string_view part) { at += part.copy(at, part.size()); };
      if (side == PadSide::kRight) append(text);
      for (size_t i = 0; i < repeats; ++i) append(padding);
      append(rest);
      if (side == PadSide::kLeft) append(text);
      call.out.set<std::string_view>(row, {out, size});
    });
  };
}

template <PadSide side>
ScalarFunction pad_function(std::string name, const std::string& where, std::string example) {
  const std::string description =
      "Pads a text, or bytes, " + where +
      " up to a length; what is longer is cut off at the end. NULL if the padding is empty or the "
      "length negative.";
  return {
      .name = std::move(name),
      .category = "string",
      .description = description,
      .example = std::move(example),
      .overloads = {
          {.signature = "(STRING, INT, STRING) -> STRING",
           .description = "The text with the length wanted.",
           .make_kernel = pad_kernel<TextUnits, side>,
           .parameter_docs = {{"input", "the text to pad"}, {"targetLen", "the length"}, {"padding", "what to add"}}},
          {.signature = "(BYTES, INT, BYTES) -> BYTES",
           .description = "As many bytes as wanted.",
           .make_kernel = pad_kernel<ByteUnits, side>,
           .parameter_docs = {{"input", "the bytes to pad"}, {"targetLen", "how many"}, {"padding", "what to add"}}}}};
}

}  // namespace

std::vector<ScalarFunction> string_functions() {
  return {
      concat_function(),
      concat_ws_function(),
      text_function("LCASE", "The text in lower case.", "LCASE('Weir') → 'weir'", to_lower_case),
      text_function("UCASE", "The text in upper case.", "UCASE('Weir') → 'WEIR'", to_upper_case),
      text_function("INITCAP",
                    "Each word with a capital first letter and the rest in lower case; white space separates words.",
                    "INITCAP('the QUICK fox') → 'The Quick Fox'", to_initial_capitals),
      text_function("TRIM", "The text without spaces and control characters at its ends.", "TRIM('  a ') → 'a'",
                    [](std::string_view text, Arena&) { return trim(text); }),
      len_function(),
      substring_function(),
      pad_function<PadSide::kLeft>("LPAD", "on the left", "LPAD('123', 5, '0') → '00123'"),
      pad_function<PadSide::kRight>("RPAD", "on the right", "RPAD('foo', 5, '.') → 'foo..'")};
}

}  // namespace weir
