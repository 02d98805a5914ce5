// Functions that look for a text in another, and split or replace what they find; lists of texts (ELT, FIELD).
#include <algorithm>
#include <cstring>

#include "engine/functions/function_lists.h"
#include "engine/functions/kernels.h"
#include "engine/functions/utf16_text.h"

namespace weir {
namespace {

// The byte where the occurrence-th match starts that begins at or after `from`; npos if there are fewer. Matches may
// overlap.
size_t find_nth(std::string_view text, std::string_view wanted, size_t from, int32_t occurrence) {
  size_t at = text.find(wanted, from);
  while (at != std::string_view::npos && --occurrence > 0) {
    if (at >= text.size()) return std::string_view::npos;
    at = text.find(wanted, at + utf8_width(text[at], text.size() - at));
  }
  return at;
}

// The same backwards, for matches that end at or before `end`.
size_t find_nth_from_end(std::string_view text, std::string_view wanted, size_t end, int32_t occurrence) {
  if (wanted.size() > end) return std::string_view::npos;
  size_t at = text.rfind(wanted, end - wanted.size());
  while (at != std::string_view::npos && --occurrence > 0) {
    if (at == 0) return std::string_view::npos;
    at = text.rfind(wanted, at - 1);
  }
  return at;
}

int32_t position_of(std::string_view text, std::string_view wanted, int32_t position, int32_t occurrence) {
  const int64_t size = utf16_length(text);
  const int64_t distance = position < 0 ? -int64_t{position} : position;
  if (position == 0 || distance > size || occurrence <= 0) return 0;
  const size_t at = position > 0
                        ? find_nth(text, wanted, byte_of_utf16_unit(text, position - 1), occurrence)
                        : find_nth_from_end(text, wanted, byte_of_utf16_unit(text, size - distance + 1), occurrence);
  if (at == std::string_view::npos) return 0;
  return utf16_length(text.substr(0, at)) + 1;
}

// A NULL text is one in which nothing is found, as ksqlDB has it: 0, not NULL. A NULL position or occurrence gives
// NULL.
Kernel instr_kernel(const FunctionBinding& binding) {
  const size_t args = binding.types.size();
  return [args](KernelCall& call) {
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (args > 2 && call.args[2]->is_null(row)) continue;
      if (args > 3 && call.args[3]->is_null(row)) continue;
      int32_t found = 0;
      if (call.args[0]->is_valid(row) && call.args[1]->is_valid(row)) {
        found = position_of(text_at(call, 0, row), text_at(call, 1, row), args > 2 ? int_at(call, 2, row) : 1,
                            args > 3 ? int_at(call, 3, row) : 1);
      }
      call.out.set<int32_t>(row, found);
    }
  };
}

ScalarFunction instr_function() {
  const std::pair<std::string, std::string> text{"text", "the text to search"};
  const std::pair<std::string, std::string> wanted{"substring", "the text to find"};
  const std::pair<std::string, std::string> position{
      "position",
      "where to start; if negative, search backwards from there, counted "
      "from the end"};
  const std::pair<std::string, std::string> occurrence{"occurrence", "which match to take, 1 for the first"};
  return {.name = "INSTR",
          .category = "string",
          .description = "The position of a text in another, counted from 1; 0 if it isn't there.",
          .example = "INSTR('corporate floor', 'or', 3, 2) → 14",
          .overloads = {{.signature = "(STRING, STRING) -> INT",
                         .description = "The position of the first match.",
                         .make_kernel = instr_kernel,
                         .parameter_docs = {text, wanted}},
                        {.signature = "(STRING, STRING, INT) -> INT",
                         .description = "The position of the first match from a position on.",
                         .make_kernel = instr_kernel,
                         .parameter_docs = {text, wanted, position}},
                        {.signature = "(STRING, STRING, INT, INT) -> INT",
                         .description = "The position of a later match from a position on.",
                         .make_kernel = instr_kernel,
                         .parameter_docs = {text, wanted, position, occurrence}}}};
}

// An empty text to replace is found before and after each character.
std::string_view replace_between_characters(std::string_view text, std::string_view with, Arena& arena) {
  size_t characters = 0;
  for (size_t at = 0; at < text.size(); at += utf8_width(text[at], text.size() - at)) ++characters;
  const size_t size = text.size() + (characters + 1) * with.size();
  char* const out = arena.allocate(size);
  char* to = out + with.copy(out, with.size());
  for (size_t at = 0; at < text.size();) {
    const size_t width = utf8_width(text[at], text.size() - at);
    to += text.copy(to, width, at);
    to += with.copy(to, with.size());
    at += width;
  }
  return {out, size};
}

std::string_view replace_all(std::string_view text, std::string_view old, std::string_view with, Arena& arena) {
  if (old.empty()) return replace_between_characters(text, with, arena);
  size_t matches = 0;
  for (size_t at = text.find(old); at != std::string_view::npos; at = text.find(old, at + old.size())) ++matches;
  if (matches == 0) return text;
  const size_t size = text.size() - matches * old.size() + matches * with.size();
  char* const out = arena.allocate(size);
  char* to = out;
  size_t from = 0;
  for (size_t at = text.find(old); at != std::string_view::npos; at = text.find(old, from)) {
    to += text.copy(to, at - from, from);
    to += with.copy(to, with.size());
    from = at + old.size();
  }
  text.copy(to, text.size() - from, from);
  return {out, size};
}

ScalarFunction replace_function() {
  return {
      .name = "REPLACE",
      .category = "string",
      .description = "Replaces every occurrence of a text in another.",
      .example = "REPLACE('a-b-c', '-', '+') → 'a+b+c'",
      .overloads = {
          {.signature = "(STRING, STRING, STRING) -> STRING",
           .description = "The text with every oldStr replaced by newStr.",
           .make_kernel = [](const FunctionBinding&) -> Kernel {
             return [](KernelCall& call) {
               for_each_complete_row(call, [&](uint32_t row) {
                 call.out.set<std::string_view>(row, replace_all(text_at(call, 0, row), text_at(call, 1, row),
                                                                 text_at(call, 2, row), call.context.arena));
               });
             };
           },
           .parameter_docs = {
               {"str", "the text to change"}, {"oldStr", "the text to replace"}, {"newStr", "what takes its place"}}}}};
}

// Calls part(view) for each piece of the text between delimiters, which isn't empty.
template <class Part>
void for_each_piece(std::string_view text, std::string_view delimiter, Part&& part) {
  size_t from = 0;
  for (size_t at = text.find(delimiter); at != std::string_view::npos; at = text.find(delimiter, from)) {
    part(text.substr(from, at - from));
    from = at + delimiter.size();
  }
  part(text.substr(from));
}

// An empty delimiter separates every character, or byte.
Kernel split_kernel(bool bytes) {
  return [bytes](KernelCall& call) {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (call.args[0]->is_null(row) || call.args[1]->is_null(row)) {
        out.append_null();
        continue;
      }
      const std::string_view text = text_at(call, 0, row);
      const std::string_view delimiter = text_at(call, 1, row);
      Column& pieces = out.child(0);
      if (!delimiter.empty() || text.empty()) {
        if (text.empty()) {
          pieces.append<std::string_view>({});
        } else {
          for_each_piece(text, delimiter, [&](std::string_view piece) { pieces.append<std::string_view>(piece); });
        }
      } else {
        for (size_t at = 0; at < text.size();) {
          const size_t width = bytes ? 1 : utf8_width(text[at], text.size() - at);
          pieces.append<std::string_view>(text.substr(at, width));
          at += width;
        }
      }
      out.close_row();
    }
  };
}

ScalarFunction split_function() {
  return {.name = "SPLIT",
          .category = "string",
          .description =
              "Splits a text, or bytes, at every delimiter. Delimiters at the ends and next to each other give empty "
              "pieces; "
              "an empty delimiter splits between all characters.",
          .example = "SPLIT('a,b,,c', ',') → ['a', 'b', '', 'c']",
          .overloads = {
              {.signature = "(STRING, STRING) -> ARRAY<STRING>",
               .description = "The pieces of the text.",
               .make_kernel = [](const FunctionBinding&) { return split_kernel(false); },
               .parameter_docs = {{"string", "the text to split"}, {"delimiter", "where to split, taken literally"}}},
              {.signature = "(BYTES, BYTES) -> ARRAY<BYTES>",
               .description = "The pieces of the bytes.",
               .make_kernel = [](const FunctionBinding&) { return split_kernel(true); },
               .parameter_docs = {{"bytes", "the bytes to split"}, {"delimiter", "where to split"}}}}};
}

// Appends the entries to the map's children; of equal keys the last value counts, in the place of the first.
void append_entries(Column& map, std::string_view text, std::string_view entry_delimiter,
                    std::string_view key_delimiter) {
  Column& keys = map.child(0);
  Column& values = map.child(1);
  const size_t first = keys.size();
  for_each_piece(text, entry_delimiter, [&](std::string_view entry) {
    const size_t at = entry.find(key_delimiter);
    if (at == std::string_view::npos) return;
    const std::string_view key = entry.substr(0, at);
    const std::string_view rest = entry.substr(at + key_delimiter.size());
    const std::string_view value = rest.substr(0, rest.find(key_delimiter));
    for (size_t known = first; known < keys.size(); ++known) {
      if (keys.at<std::string_view>(known) != key) continue;
      values.set<std::string_view>(known, value);
      return;
    }
    keys.append<std::string_view>(key);
    values.append<std::string_view>(value);
  });
}

ScalarFunction split_to_map_function() {
  return {
      .name = "SPLIT_TO_MAP",
      .category = "string",
      .description =
          "Splits a text into entries and each entry into a key and a value. What has no key delimiter is left out; of "
          "equal keys the last value counts. NULL if a delimiter is NULL or empty.",
      .example = "SPLIT_TO_MAP('apple:green/cherry:red', '/', ':')",
      .overloads = {{.signature = "(STRING, STRING, STRING) -> MAP<STRING, STRING>",
                     .description = "The entries of the text.",
                     .make_kernel = [](const FunctionBinding&) -> Kernel {
                       return [](KernelCall& call) {
                         Column& out = start_appending(call);
                         for (uint32_t row = 0; row < call.rows; ++row) {
                           const bool complete = std::all_of(call.args.begin(), call.args.end(),
                                                             [&](const Column* arg) { return arg->is_valid(row); });
                           if (!complete || text_at(call, 1, row).empty() || text_at(call, 2, row).empty()) {
                             out.append_null();
                             continue;
                           }
                           append_entries(out, text_at(call, 0, row), text_at(call, 1, row), text_at(call, 2, row));
                           out.close_row();
                         }
                       };
                     },
                     .parameter_docs = {{"input", "the text to split"},
                                        {"entryDelimiter", "separates the entries"},
                                        {"kvDelimiter", "separates an entry's key from its value"}}}}};
}

ScalarFunction elt_function() {
  return {.name = "ELT",
          .category = "string",
          .description = "The n-th of its texts, counted from 1; NULL if there is none. The counterpart of FIELD.",
          .example = "ELT(2, 'a', 'b', 'c') → 'b'",
          .overloads = {{.signature = "(INT, STRING...) -> STRING",
                         .description = "The n-th text.",
                         .make_kernel = [](const FunctionBinding&) -> Kernel {
                           return [](KernelCall& call) {
                             for (uint32_t row = 0; row < call.rows; ++row) {
                               if (call.args[0]->is_null(row)) continue;
                               const int64_t n = int_at(call, 0, row);
                               if (n < 1 || n >= static_cast<int64_t>(call.args.size())) continue;
                               if (call.args[n]->is_null(row)) continue;
                               call.out.set<std::string_view>(row, text_at(call, static_cast<size_t>(n), row));
                             }
                           };
                         },
                         .parameter_docs = {{"n", "which text"}, {"args", "the texts"}}}}};
}

ScalarFunction field_function() {
  return {.name = "FIELD",
          .category = "string",
          .description =
              "The position of a text among others, counted from 1; 0 if it isn't among them or is NULL. The "
              "counterpart of ELT.",
          .example = "FIELD('b', 'a', 'b', 'c') → 2",
          .overloads = {{.signature = "(STRING, STRING...) -> INT",
                         .description = "The position of the first text that equals str.",
                         .make_kernel = [](const FunctionBinding&) -> Kernel {
                           return [](KernelCall& call) {
                             for (uint32_t row = 0; row < call.rows; ++row) {
                               int32_t found = 0;
                               for (size_t arg = 1; arg < call.args.size() && found == 0 && call.args[0]->is_valid(row);
                                    ++arg) {
                                 if (call.args[arg]->is_null(row)) continue;
                                 if (text_at(call, arg, row) == text_at(call, 0, row))
                                   found = static_cast<int32_t>(arg);
                               }
                               call.out.set<int32_t>(row, found);
                             }
                           };
                         },
                         .parameter_docs = {{"str", "the text to find"}, {"args", "the texts to look through"}}}}};
}

}  // namespace

std::vector<ScalarFunction> string_search_functions() {
  return {instr_function(),        replace_function(), split_function(),
          split_to_map_function(), elt_function(),     field_function()};
}

}  // namespace weir
