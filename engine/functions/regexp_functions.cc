// Functions of regular expressions.
#include <algorithm>

#include "engine/functions/function_lists.h"
#include "engine/functions/java_regex.h"
#include "engine/functions/kernels.h"

namespace weir {
namespace {

const std::pair<std::string, std::string> kPatternDoc{"regexp", "the regular expression, in Java's syntax"};
const std::pair<std::string, std::string> kInputDoc{"input", "the text to search"};

CompiledArgument<JavaRegex> regex_argument(const FunctionBinding& binding, size_t index) {
  return {binding, index, [](std::string_view pattern) { return JavaRegex(pattern); }};
}

// Reports the row if the matcher gave up. True if it did.
bool report_regex_failure(const KernelCall& call, uint32_t row, const RegexMatcher& matcher) {
  if (!matcher.failed()) return false;
  call.fail(row, "the regular expression takes too many steps on this text");
  return true;
}

bool is_complete(const KernelCall& call, uint32_t row) {
  return std::all_of(call.args.begin(), call.args.end(), [&](const Column* arg) { return arg->is_valid(row); });
}

Kernel regexp_extract_kernel(const FunctionBinding& binding) {
  const bool with_group = binding.types.size() > 2;
  return [regexes = regex_argument(binding, 0), matcher = RegexMatcher(), with_group](KernelCall& call) mutable {
    for_each_complete_row(call, [&](uint32_t row) {
      const JavaRegex* regex = regexes.get(call, row);
      if (!regex) return;
      matcher.reset(*regex, text_at(call, 1, row));
      if (!matcher.find()) {
        report_regex_failure(call, row, matcher);
        return;
      }
      if (const auto group = matcher.group(with_group ? int_at(call, 2, row) : 0))
        call.out.set<std::string_view>(row, *group);
    });
  };
}

Kernel regexp_extract_all_kernel(const FunctionBinding& binding) {
  const bool with_group = binding.types.size() > 2;
  return [regexes = regex_argument(binding, 0), matcher = RegexMatcher(), with_group,
          found = std::vector<std::optional<std::string_view>>()](KernelCall& call) mutable {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      const JavaRegex* regex = is_complete(call, row) ? regexes.get(call, row) : nullptr;
      const int32_t group = regex && with_group ? int_at(call, 2, row) : 0;
      if (!regex || group < 0 || group > regex->group_count()) {
        out.append_null();
        continue;
      }
      found.clear();
      matcher.reset(*regex, text_at(call, 1, row));
      while (matcher.find()) found.push_back(matcher.group(group));
      if (report_regex_failure(call, row, matcher)) {
        out.append_null();
        continue;
      }
      for (const auto& text : found) {
        if (text) {
          out.child(0).append<std::string_view>(*text);
        } else {
          out.child(0).append_null();
        }
      }
      out.close_row();
    }
  };
}

Kernel regexp_replace_kernel(const FunctionBinding& binding) {
  return
      [regexes = regex_argument(binding, 1), matcher = RegexMatcher(), text = std::string()](KernelCall& call) mutable {
        for_each_complete_row(call, [&](uint32_t row) {
          const JavaRegex* regex = regexes.get(call, row);
          if (!regex) return;
          const std::string_view input = text_at(call, 0, row);
          matcher.reset(*regex, input);
          text.clear();
          size_t copied = 0;
          while (matcher.find()) {
            text += input.substr(copied, matcher.start() - copied);
            std::string error;
            if (!append_replacement(text, text_at(call, 2, row), matcher, error)) {
              call.fail(row, std::move(error));
              return;
            }
            copied = matcher.end();
          }
          if (report_regex_failure(call, row, matcher)) return;
          text += input.substr(copied);
          call.out.set<std::string_view>(row, call.context.arena.copy(text));
        });
      };
}

// The pieces between matches. An expression that matches the empty text splits as Java's Pattern.split does, which
// leaves out empty pieces at the end and one before an empty match at the start; others keep every piece.
void split_text(RegexMatcher& matcher, const JavaRegex& regex, std::string_view input,
                std::vector<std::string_view>& pieces) {
  matcher.reset(regex, {});
  const bool matches_empty = matcher.find();
  matcher.reset(regex, input);
  size_t from = 0;
  while (matcher.find()) {
    if (matches_empty && matcher.end() == 0) continue;
    pieces.push_back(input.substr(from, matcher.start() - from));
    from = matcher.end();
  }
  pieces.push_back(input.substr(from));
  if (!matches_empty) return;
  while (pieces.size() > 1 && pieces.back().empty()) pieces.pop_back();
}

Kernel regexp_split_kernel(const FunctionBinding& binding) {
  return [regexes = regex_argument(binding, 1), matcher = RegexMatcher(),
          pieces = std::vector<std::string_view>()](KernelCall& call) mutable {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      const JavaRegex* regex = is_complete(call, row) ? regexes.get(call, row) : nullptr;
      if (!regex) {
        out.append_null();
        continue;
      }
      pieces.clear();
      split_text(matcher, *regex, text_at(call, 0, row), pieces);
      if (report_regex_failure(call, row, matcher)) {
        out.append_null();
        continue;
      }
      for (std::string_view piece : pieces) out.child(0).append<std::string_view>(piece);
      out.close_row();
    }
  };
}

ScalarFunction regexp_extract_function(std::string name, const std::string& which, const std::string& result,
                                       std::string example, std::function<Kernel(const FunctionBinding&)> make_kernel) {
  return {.name = std::move(name),
          .category = "regular_expression",
          .description =
              which + " that a regular expression matches in a text, or a group of it. NULL if there is no such group.",
          .example = std::move(example),
          .overloads = {{.signature = "(STRING, STRING) -> " + result,
                         .description = which + " that the expression matches.",
                         .make_kernel = make_kernel,
                         .parameter_docs = {kPatternDoc, kInputDoc}},
                        {.signature = "(STRING, STRING, INT) -> " + result,
                         .description = which + " that the group matches.",
                         .make_kernel = make_kernel,
                         .parameter_docs = {
                             kPatternDoc, kInputDoc, {"group", "the number of the group, 0 for the whole match"}}}}};
}

}  // namespace

std::vector<ScalarFunction> regexp_functions() {
  return {
      regexp_extract_function("REGEXP_EXTRACT", "The first text", "STRING",
                              "REGEXP_EXTRACT('(.*) (.*)', 'hello there', 2) → 'there'", regexp_extract_kernel),
      regexp_extract_function("REGEXP_EXTRACT_ALL", "Every text", "ARRAY<STRING>",
                              "REGEXP_EXTRACT_ALL('(\\w+)!', 'a! b c!', 1) → ['a', 'c']", regexp_extract_all_kernel),
      {.name = "REGEXP_REPLACE",
       .category = "regular_expression",
       .description =
           "Replaces what a regular expression matches in a text. In the replacement, $1 stands for a group and \\ "
           "quotes the next character.",
       .example = "REGEXP_REPLACE('a1b22', '\\d+', '#') → 'a#b#'",
       .overloads = {{.signature = "(STRING, STRING, STRING) -> STRING",
                      .description = "The text with every match replaced.",
                      .make_kernel = regexp_replace_kernel,
                      .parameter_docs = {{"str", "the text to change"}, kPatternDoc, {"newStr", "the replacement"}}}}},
      {.name = "REGEXP_SPLIT_TO_ARRAY",
       .category = "regular_expression",
       .description =
           "The pieces of a text between the matches of a regular expression; an empty expression splits between all "
           "characters.",
       .example = "REGEXP_SPLIT_TO_ARRAY('a1b22c', '\\d+') → ['a', 'b', 'c']",
       .overloads = {{.signature = "(STRING, STRING) -> ARRAY<STRING>",
                      .description = "The pieces.",
                      .make_kernel = regexp_split_kernel,
                      .parameter_docs = {{"str", "the text to split"}, kPatternDoc}}}}};
}

}  // namespace weir
