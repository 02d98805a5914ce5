// Defaults of fields, which a schema gives as JSON (specification 1.11, "Complex Types": the table of default values).
#include "engine/formats/avro_value_writer.h"

namespace weir {
namespace {

using AvroDefaultJson = nlohmann::json;

// The JSON text of bytes has a character for each byte: its code.
bool bytes_of_avro_default(const std::string& text, std::string& bytes) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      bytes += text[i];
    } else if ((c & 0xfc) == 0xc0 && i + 1 < text.size()) {
      bytes += static_cast<char>((c & 0x03) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3f));
    } else {
      return false;
    }
  }
  return true;
}

bool append_avro_default(const AvroNode& node, const AvroDefaultJson& value, TextBuffer& out, int depth);

bool append_avro_default_items(const AvroNode& node, const AvroDefaultJson& value, TextBuffer& out, int depth) {
  if (node.kind == AvroKind::kArray ? !value.is_array() : !value.is_object()) return false;
  if (!value.empty()) append_avro_long(out, static_cast<int64_t>(value.size()));
  for (const auto& [key, item] : value.items()) {
    if (node.kind == AvroKind::kMap) append_avro_bytes(out, key);
    if (!append_avro_default(node.item(), item, out, depth + 1)) return false;
  }
  append_avro_long(out, 0);
  return true;
}

bool append_avro_default(const AvroNode& node, const AvroDefaultJson& value, TextBuffer& out, int depth) {
  constexpr int kMaxDepth = 100;
  if (depth > kMaxDepth) return false;
  switch (node.kind) {
    case AvroKind::kNull:
      return value.is_null();
    case AvroKind::kBoolean:
      if (!value.is_boolean()) return false;
      out.append(value.get<bool>() ? '\1' : '\0');
      return true;
    case AvroKind::kInt:
    case AvroKind::kLong: {
      if (!value.is_number_integer()) return false;
      const int64_t number = value.get<int64_t>();
      if (node.kind == AvroKind::kInt && number != static_cast<int32_t>(number)) return false;
      append_avro_long(out, number);
      return true;
    }
    case AvroKind::kFloat:
      if (!value.is_number()) return false;
      append_avro_raw(out, value.get<float>());
      return true;
    case AvroKind::kDouble:
      if (!value.is_number()) return false;
      append_avro_raw(out, value.get<double>());
      return true;
    case AvroKind::kString:
      if (!value.is_string()) return false;
      append_avro_bytes(out, value.get<std::string>());
      return true;
    case AvroKind::kBytes:
    case AvroKind::kFixed: {
      std::string bytes;
      if (!value.is_string() || !bytes_of_avro_default(value.get<std::string>(), bytes)) return false;
      if (node.kind == AvroKind::kBytes) {
        append_avro_bytes(out, bytes);
      } else {
        if (bytes.size() != node.size) return false;
        if (!bytes.empty()) out.append(std::string_view(bytes));
      }
      return true;
    }
    case AvroKind::kEnum:
      if (!value.is_string()) return false;
      for (size_t i = 0; i < node.symbols.size(); ++i) {
        if (node.symbols[i] != value.get<std::string>()) continue;
        append_avro_long(out, static_cast<int64_t>(i));
        return true;
      }
      return false;
    case AvroKind::kArray:
    case AvroKind::kMap:
      return append_avro_default_items(node, value, out, depth);
    case AvroKind::kRecord:
      if (!value.is_object()) return false;
      for (const AvroField& field : node.fields) {
        const auto found = value.find(field.name);
        if (found == value.end() && !field.has_default) return false;
        if (!append_avro_default(*field.type, found == value.end() ? field.default_value : *found, out, depth + 1))
          return false;
      }
      return true;
    case AvroKind::kUnion:
      // The specification has the first branch; others are found in schemas too.
      for (size_t i = 0; i < node.children.size(); ++i) {
        TextBuffer branch;
        append_avro_long(branch, static_cast<int64_t>(i));
        if (!append_avro_default(*node.children[i], value, branch, depth + 1)) continue;
        out.append(branch.view());
        return true;
      }
      return false;
  }
  return false;
}

}  // namespace

std::optional<std::string> avro_default_bytes(const AvroNode& node, const nlohmann::json& value) {
  TextBuffer out;
  if (!append_avro_default(node, value, out, 0)) return std::nullopt;
  return std::string(out.view());
}

}  // namespace weir
