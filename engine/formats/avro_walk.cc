#include "engine/formats/avro_walk.h"

#include <cmath>
#include <stdexcept>

#include "engine/formats/avro_bytes.h"
#include "engine/formats/utf8.h"
#include "engine/types/decimal.h"
#include "engine/types/text.h"

namespace weir {
namespace {

constexpr int kMaxAvroWalkDepth = 200;
constexpr uint64_t kMaxWalkedEmptyItems = 4096;

class AvroWalk {
 public:
  AvroWalk(const AvroCursor& cursor, AvroVisitor& visitor) : cursor_(cursor), visitor_(visitor) {}

  bool value(const AvroNode& node, int depth) {
    if (depth > kMaxAvroWalkDepth) return fail("values are nested too deeply");
    switch (node.kind) {
      case AvroKind::kNull:
        visitor_.null();
        return true;
      case AvroKind::kBoolean: {
        bool value;
        if (!cursor_.read_boolean(value)) return false;
        visitor_.boolean(value);
        return true;
      }
      case AvroKind::kInt:
      case AvroKind::kLong: {
        int64_t value;
        if (!cursor_.read_long(value)) return false;
        visitor_.integer(value);
        return true;
      }
      case AvroKind::kFloat: {
        float value;
        if (!cursor_.read_float(value)) return false;
        visitor_.number(value);
        return true;
      }
      case AvroKind::kDouble: {
        double value;
        if (!cursor_.read_double(value)) return false;
        visitor_.number(value);
        return true;
      }
      case AvroKind::kString: {
        std::string_view text;
        if (!cursor_.read_bytes(text)) return false;
        visitor_.string(text);
        return true;
      }
      case AvroKind::kBytes:
      case AvroKind::kFixed:
        return bytes(node);
      case AvroKind::kEnum: {
        int64_t index;
        if (!cursor_.read_long(index)) return false;
        if (index < 0 || static_cast<uint64_t>(index) >= node.symbols.size()) return fail("an enum has no such symbol");
        visitor_.string(node.symbols[static_cast<size_t>(index)]);
        return true;
      }
      case AvroKind::kRecord:
        visitor_.begin_object();
        for (const AvroField& field : node.fields) {
          visitor_.member(field.name);
          if (!value(*field.type, depth + 1)) return false;
        }
        visitor_.end_object();
        return true;
      case AvroKind::kUnion:
        return union_value(node, depth);
      case AvroKind::kArray:
      case AvroKind::kMap:
        return items(node, depth);
    }
    return false;
  }

  bool at_end() { return cursor_.left() == 0 || fail("there are more bytes after the value"); }

  std::string error() const {
    return (error_.empty() ? cursor_.error() : error_) + " at byte " + std::to_string(cursor_.offset());
  }

 private:
  bool fail(const char* why) {
    error_ = why;
    return false;
  }

  bool bytes(const AvroNode& node) {
    std::string_view bytes;
    if (!(node.kind == AvroKind::kBytes ? cursor_.read_bytes(bytes) : cursor_.read_fixed(node.size, bytes)))
      return false;
    const std::optional<Int128> decimal =
        node.logical == AvroLogical::kDecimal ? decimal_from_bytes(bytes) : std::nullopt;
    if (decimal) {
      visitor_.decimal(*decimal, node.scale);
    } else {
      visitor_.bytes(bytes);
    }
    return true;
  }

  bool union_value(const AvroNode& node, int depth) {
    int64_t index;
    if (!cursor_.read_long(index)) return false;
    if (index < 0 || static_cast<uint64_t>(index) >= node.children.size()) return fail("a union has no such branch");
    const AvroNode& branch = *node.children[static_cast<size_t>(index)];
    const bool plain = branch.kind == AvroKind::kNull || &node.without_null() != &node;
    if (plain) return value(branch, depth + 1);
    visitor_.begin_object();
    visitor_.member(avro_short_name(branch));
    if (!value(branch, depth + 1)) return false;
    visitor_.end_object();
    return true;
  }

  bool items(const AvroNode& node, int depth) {
    const bool is_map = node.kind == AvroKind::kMap;
    const bool empty_items = !is_map && node.item().takes_no_bytes;
    const bool entries = !is_map && node.item().is_map_entry && node.item().fields[0].name == "key";
    is_map || entries ? visitor_.begin_object() : visitor_.begin_array();
    for (uint64_t count, size;;) {
      if (!cursor_.read_block(empty_items, count, size)) return false;
      if (count == 0) break;
      if (empty_items && (empty_items_ += count) > kMaxWalkedEmptyItems) return fail("there are too many empty items");
      for (; count > 0; --count) {
        std::string_view key;
        if (is_map) {
          if (!cursor_.read_bytes(key)) return false;
          visitor_.member(key);
        }
        if (!(entries ? entry(node.item(), depth) : value(node.item(), depth + 1))) return false;
      }
    }
    is_map || entries ? visitor_.end_object() : visitor_.end_array();
    return true;
  }

  // {key, value}: the key's text is the member's name.
  bool entry(const AvroNode& node, int depth);

  AvroCursor cursor_;
  AvroVisitor& visitor_;
  uint64_t empty_items_ = 0;
  std::string error_;
};

// JSON text, as it comes.
class AvroJsonText : public AvroVisitor {
 public:
  std::string text;

  void null() override { put("null"); }
  void boolean(bool value) override { put(value ? "true" : "false"); }
  void integer(int64_t value) override { put(std::to_string(value)); }
  void number(double value) override {
    // JSON has no words for these.
    std::isfinite(value) ? put(java_double(value)) : quoted(java_double(value));
  }
  void decimal(Int128 unscaled, int scale) override { put(decimal_to_string(unscaled, scale)); }
  void string(std::string_view value) override { quoted(value); }
  void bytes(std::string_view value) override { quoted(base64_encode(value)); }
  void begin_array() override { open('['); }
  void end_array() override { close(']'); }
  void begin_object() override { open('{'); }
  void member(std::string_view name) override {
    quoted(name);
    text += ':';
    comma_ = false;
  }
  void end_object() override { close('}'); }

 private:
  void put(std::string_view value) {
    if (comma_) text += ',';
    text += value;
    comma_ = true;
  }
  void quoted(std::string_view value) {
    if (comma_) text += ',';
    Arena arena(256);
    append_json_quoted(text, repair_utf8(value, arena));
    comma_ = true;
  }
  void open(char bracket) {
    if (comma_) text += ',';
    text += bracket;
    comma_ = false;
  }
  void close(char bracket) {
    text += bracket;
    comma_ = true;
  }
  bool comma_ = false;
};

// The text of a map's key: a string without its quotes, anything else as JSON.
class AvroKeyText final : public AvroJsonText {
 public:
  void string(std::string_view value) override { text += value; }
};

bool AvroWalk::entry(const AvroNode& node, int depth) {
  AvroKeyText key;
  AvroWalk walk(cursor_, key);
  const bool read = walk.value(*node.fields[0].type, depth + 1);
  cursor_ = walk.cursor_;
  error_ = walk.error_;
  if (!read) return false;
  visitor_.member(key.text);
  return value(*node.fields[1].type, depth + 1);
}

}  // namespace

std::string walk_avro(const AvroSchema& schema, std::string_view record, AvroVisitor& visitor) {
  AvroWalk walk(AvroCursor(record), visitor);
  return walk.value(schema.root(), 0) && walk.at_end() ? "" : walk.error();
}

std::string avro_to_json(const AvroSchema& schema, std::string_view record) {
  AvroJsonText json;
  const std::string error = walk_avro(schema, record, json);
  if (!error.empty()) throw std::invalid_argument(error);
  return json.text;
}

}  // namespace weir
