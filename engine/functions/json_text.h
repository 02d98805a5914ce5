// JSON texts read in place: checked once as a whole, then walked as views into the text. Numbers keep every digit that
// they are written with, which a parser into doubles would lose, and nothing is allocated. No state; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

enum class JsonKind : uint8_t { kObject, kArray, kString, kNumber, kTrue, kFalse, kNull };

// A value of a text that was checked.
struct JsonView {
  JsonKind kind = JsonKind::kNull;
  std::string_view text;  // from its first to its last character
};

// How deep arrays and objects may be nested.
inline constexpr size_t kMaxJsonDepth = 1000;

// The value at the start of the text, after white space. Nothing if it is malformed or nested too deeply. `after`
// receives where the text goes on after the value and white space.
std::optional<JsonView> read_json(std::string_view text, size_t* after = nullptr);

// Whether there is nothing but white space.
bool is_blank_json(std::string_view text);

// Walks the elements of an array or the members of an object.
class JsonWalker {
 public:
  explicit JsonWalker(const JsonView& container)
      : text_(container.text), object_(container.kind == JsonKind::kObject) {}
  // False at the end.
  bool next();
  const JsonView& value() const { return value_; }
  std::string_view name() const { return name_; }  // of a member, quoted as in the text

 private:
  void skip_blanks();
  std::string_view take_value();

  std::string_view text_;
  bool object_;
  size_t at_ = 1;
  std::string_view name_;
  JsonView value_;
};

// What a quoted string says: a view into it, or into `scratch` if it has escapes.
std::string_view json_string_text(std::string_view quoted, std::string& scratch);

// Appends the value without white space, strings with the fewest escapes, numbers with an exponent as Java's BigDecimal
// prints them.
void append_compact_json(std::string& out, const JsonView& value);

}  // namespace weir
