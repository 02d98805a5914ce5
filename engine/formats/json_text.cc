#include "engine/formats/json_text.h"

#include "engine/formats/json_number.h"
#include "engine/types/text.h"

namespace weir {
namespace {

bool append_text_string(JsonReader& reader, Arena& arena, bool quoted, std::string& out) {
  JsonString text;
  if (!reader.read_string(text)) return false;
  std::string_view plain = text.escaped ? unescape_json(text, arena) : text.raw();
  if (quoted) {
    append_json_quoted(out, plain);
  } else {
    out.append(plain);
  }
  return true;
}

bool append_text_word(JsonReader& reader, std::string_view word, std::string& out) {
  out.append(word);
  return reader.read_word(word);
}

bool append_text_scalar(JsonReader& reader, Arena& arena, bool quoted, std::string& out) {
  switch (reader.peek()) {
    case '"':
      return append_text_string(reader, arena, quoted, out);
    case 't':
      return append_text_word(reader, "true", out);
    case 'f':
      return append_text_word(reader, "false", out);
    case 'n':
      return append_text_word(reader, "null", out);
    default:
      break;
  }
  if (!begins_json_number(reader.peek())) return reader.fail("a value was expected");
  JsonNumber number;
  if (!reader.read_number(number)) return false;
  append_java_number(number, out);
  return true;
}

// The value again as JSON, without blanks.
bool append_compact_json(JsonReader& reader, Arena& arena, std::string& out) {
  const char open = reader.peek();
  if (open != '{' && open != '[') return append_text_scalar(reader, arena, true, out);
  if (!reader.enter()) return false;
  reader.advance(1);
  const char close = open == '{' ? '}' : ']';
  out.push_back(open);
  if (!reader.take(close)) {
    bool first = true;
    do {
      if (!first) out.push_back(',');
      first = false;
      if (open == '{') {
        if (reader.peek() != '"') return reader.fail("a field name was expected");
        if (!append_text_string(reader, arena, true, out)) return false;
        if (!reader.take(':')) return reader.fail("a ':' was expected after a field name");
        out.push_back(':');
      }
      if (!append_compact_json(reader, arena, out)) return false;
    } while (reader.take(','));
    if (!reader.take(close)) return reader.fail("a ',' or the closing bracket was expected");
  }
  out.push_back(close);
  reader.leave();
  return true;
}

}  // namespace

bool append_json_as_text(JsonReader& reader, Arena& arena, std::string& out) {
  const char first = reader.peek();
  if (first == '{') return append_compact_json(reader, arena, out);
  if (first != '[') return append_text_scalar(reader, arena, false, out);
  if (!reader.enter()) return false;
  reader.advance(1);
  out.push_back('[');
  if (!reader.take(']')) {
    bool more = false;
    do {
      if (more) out.append(", ");
      more = true;
      if (!append_json_as_text(reader, arena, out)) return false;
    } while (reader.take(','));
    if (!reader.take(']')) return reader.fail("a ',' or ']' was expected");
  }
  out.push_back(']');
  reader.leave();
  return true;
}

}  // namespace weir
