// MASK and its relatives: text with its letters and digits made unrecognisable.
#include "engine/functions/function_lists.h"
#include "engine/functions/kernels.h"
#include "engine/functions/letter_case.h"
#include "engine/functions/utf16_text.h"

namespace weir {
namespace {

// What takes the place of upper-case letters, lower-case letters, digits and everything else; empty keeps the
// character.
struct MaskCharacters {
  std::string_view of_kind[4] = {"X", "x", "n", "-"};

  std::string_view of(char32_t character) const { return of_kind[static_cast<size_t>(letter_kind(character))]; }
};

// A mask is the first character of its argument.
std::string_view parse_mask_character(std::string_view text) {
  if (text.empty())
    throw std::invalid_argument(
        "a mask must be a character, not the empty text; use NULL to leave characters as they are");
  return text.substr(0, utf8_width(text[0], text.size()));
}

// Which part of the text is masked: the units [begin, end).
struct MaskRange {
  int64_t begin;
  int64_t end;
};

// Masks the characters that begin in the range. A character beyond U+FFFF is two units, hence two masks.
std::string_view mask_text(std::string_view text, MaskRange range, const MaskCharacters& masks, Arena& arena) {
  size_t widest = 1;
  for (std::string_view mask : masks.of_kind) widest = std::max(widest, mask.size());
  const size_t capacity = text.size() * widest;
  char* const out = arena.allocate(capacity);
  char* to = out;
  int64_t unit = 0;
  for (size_t at = 0; at < text.size();) {
    size_t width = 0;
    const char32_t character = decode_utf8(text.substr(at), width);
    const int units = character > 0xFFFF ? 2 : 1;
    const std::string_view mask = unit >= range.begin && unit < range.end ? masks.of(character) : std::string_view();
    if (mask.empty()) {
      to += text.copy(to, width, at);
    } else {
      for (int i = 0; i < units; ++i) to += mask.copy(to, mask.size());
    }
    unit += units;
    at += width;
  }
  const auto size = static_cast<size_t>(to - out);
  arena.give_back(capacity - size);
  return {out, size};
}

enum class MaskPart { kAll, kLeft, kRight, kAllButLeft, kAllButRight };

MaskRange range_of_part(MaskPart part, int64_t size, int64_t count) {
  switch (part) {
    case MaskPart::kAll:
      break;
    case MaskPart::kLeft:
      return {0, count};
    case MaskPart::kRight:
      return {size - count, size};
    case MaskPart::kAllButLeft:
      return {count, size};
    case MaskPart::kAllButRight:
      return {0, size - count};
  }
  return {0, size};
}

Kernel mask_kernel(const FunctionBinding& binding, MaskPart part) {
  // The text, then the number of characters except for MASK, then possibly the four masks.
  const size_t first_mask = part == MaskPart::kAll ? 1 : 2;
  std::vector<CompiledArgument<std::string>> masks;
  for (size_t arg = first_mask; arg < binding.types.size(); ++arg) {
    masks.emplace_back(binding, arg, [](std::string_view text) { return std::string(parse_mask_character(text)); });
  }
  return [part, first_mask, masks](KernelCall& call) mutable {
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (call.args[0]->is_null(row) || (first_mask == 2 && call.args[1]->is_null(row))) continue;
      const int64_t count = first_mask == 2 ? int_at(call, 1, row) : 0;
      if (count < 0) {
        call.fail(row, "the number of characters can't be negative");
        continue;
      }
      MaskCharacters characters;
      bool usable = true;
      for (size_t i = 0; i < masks.size() && usable; ++i) {
        characters.of_kind[i] = {};
        if (call.args[first_mask + i]->is_null(row)) continue;
        const std::string* mask = masks[i].get(call, row);
        usable = mask != nullptr;
        if (usable) characters.of_kind[i] = *mask;
      }
      if (!usable) continue;
      const std::string_view text = text_at(call, 0, row);
      const MaskRange range = range_of_part(part, utf16_length(text), count);
      call.out.set<std::string_view>(row, mask_text(text, range, characters, call.context.arena));
    }
  };
}

ScalarFunction mask_function(std::string name, MaskPart part, const std::string& which, std::string example) {
  const std::string description = "Masks " + which +
                                  " of a text: upper-case letters become X, lower-case letters x, digits n and other "
                                  "characters -.";
  std::vector<std::pair<std::string, std::string>> docs{{"input", "the text to mask"}};
  std::string parameters = "STRING";
  if (part != MaskPart::kAll) {
    docs.emplace_back("numChars", "how many characters");
    parameters += ", INT";
  }
  auto all_docs = docs;
  for (const char* kind : {"upper", "lower", "digit", "other"}) {
    all_docs.emplace_back(std::string(kind) + "Mask", "stands for such a character; NULL leaves it as it is");
  }
  const auto kernel = [part](const FunctionBinding& binding) { return mask_kernel(binding, part); };
  return {.name = std::move(name),
          .category = "string",
          .description = description,
          .example = std::move(example),
          .overloads = {{.signature = "(" + parameters + ") -> STRING",
                         .description = description,
                         .make_kernel = kernel,
                         .parameter_docs = docs},
                        {.signature = "(" + parameters + ", STRING, STRING, STRING, STRING) -> STRING",
                         .description = "Masks " + which + " of a text with the given characters.",
                         .make_kernel = kernel,
                         .parameter_docs = all_docs}}};
}

}  // namespace

std::vector<ScalarFunction> mask_functions() {
  return {mask_function("MASK", MaskPart::kAll, "all", "MASK('My Test $123') → 'Xx-Xxxx--nnn'"),
          mask_function("MASK_KEEP_LEFT", MaskPart::kAllButLeft, "all but the first characters",
                        "MASK_KEEP_LEFT('My Test $123', 4) → 'My Txxx--nnn'"),
          mask_function("MASK_KEEP_RIGHT", MaskPart::kAllButRight, "all but the last characters",
                        "MASK_KEEP_RIGHT('My Test $123', 4) → 'Xx-Xxxx-$123'"),
          mask_function("MASK_LEFT", MaskPart::kLeft, "the first characters",
                        "MASK_LEFT('My Test $123', 4) → 'Xx-Xest $123'"),
          mask_function("MASK_RIGHT", MaskPart::kRight, "the last characters",
                        "MASK_RIGHT('My Test $123', 4) → 'My Test -nnn'")};
}

}  // namespace weir
