#include "engine/formats/avro_schema.h"

#include <array>
#include <set>
#include <unordered_map>

#include "engine/types/type.h"

namespace weir {
namespace {

using AvroJson = nlohmann::json;

constexpr std::array<const char*, 14> kAvroKindNames = {"null",   "boolean", "int",    "long",   "float",
                                                        "double", "bytes",   "string", "record", "enum",
                                                        "array",  "map",     "union",  "fixed"};
constexpr int kMaxAvroDepth = 200;      // of types within types
constexpr int kMaxReferenceDepth = 50;  // of schemas that refer to schemas
constexpr int64_t kMaxFixedBytes = 1 << 20;

[[noreturn]] void reject_avro_schema(const std::string& what) {
  throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid, what);
}

std::string avro_member(const AvroJson& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string avro_context(const std::string& name) { return name.empty() ? "The Avro schema" : "The Avro type " + name; }

}  // namespace

const char* avro_kind_name(AvroKind kind) { return kAvroKindNames[static_cast<size_t>(kind)]; }

int AvroNode::null_branch() const {
  if (kind != AvroKind::kUnion) return -1;
  for (size_t i = 0; i < children.size(); ++i) {
    if (children[i]->kind == AvroKind::kNull) return static_cast<int>(i);
  }
  return -1;
}

const AvroNode& AvroNode::without_null() const {
  const int null = null_branch();
  return null >= 0 && children.size() == 2 ? *children[static_cast<size_t>(1 - null)] : *this;
}

const AvroField* avro_field(const AvroNode& record, std::string_view name) {
  for (const AvroField& field : record.fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::string avro_short_name(const AvroNode& node) {
  const bool named = node.kind == AvroKind::kRecord || node.kind == AvroKind::kEnum;
  return named ? node.name.substr(node.name.rfind('.') + 1) : avro_kind_name(node.kind);
}

// Reads schema documents into one AvroSchema: names that a document defines are known to those that come after it.
class AvroSchemaParser {
 public:
  explicit AvroSchemaParser(AvroSchema& out) : out_(out) {}

  const AvroNode* parse_document(const std::string& text) {
    const AvroJson json = AvroJson::parse(
        text,
        [](int depth, AvroJson::parse_event_t, AvroJson&) {
          if (depth > 4 * kMaxAvroDepth) reject_avro_schema("The Avro schema is nested too deeply");
          return true;
        },
        false);
    if (json.is_discarded()) reject_avro_schema("The registered Avro schema is no JSON");
    return parse_type(json, "", 0);
  }

  void mark_empty_types() {
    // A record is empty when its fields are, so go over the types until nothing changes: backwards, because the parts
    // of a type mostly come after it.
    for (bool changed = true; changed;) {
      changed = false;
      for (auto at = out_.nodes_.rbegin(); at != out_.nodes_.rend(); ++at) {
        AvroNode& node = *at;
        if (node.takes_no_bytes) continue;
        bool empty = node.kind == AvroKind::kNull || (node.kind == AvroKind::kFixed && node.size == 0);
        if (node.kind == AvroKind::kRecord) {
          empty = true;
          for (const AvroField& field : node.fields) empty = empty && field.type->takes_no_bytes;
        }
        if (empty) node.takes_no_bytes = changed = true;
      }
    }
  }

 private:
  AvroNode& add(AvroKind kind) {
    out_.nodes_.emplace_back();
    out_.nodes_.back().kind = kind;
    return out_.nodes_.back();
  }

  static std::string full_name(const std::string& name, const std::string& space) {
    return name.find('.') != std::string::npos || space.empty() ? name : space + "." + name;
  }
  static std::string namespace_of(const std::string& name) {
    const size_t dot = name.rfind('.');
    return dot == std::string::npos ? "" : name.substr(0, dot);
  }

  const AvroNode* parse_type(const AvroJson& json, const std::string& space, int depth) {
    if (depth > kMaxAvroDepth) reject_avro_schema("The Avro schema is nested too deeply");
    if (json.is_string()) return parse_name(json.get<std::string>(), space);
    if (json.is_array()) return parse_union(json, space, depth);
    if (!json.is_object())
      reject_avro_schema("An Avro type must be a name, an object or an array, not " + json.dump().substr(0, 50));
    const auto type = json.find("type");
    if (type == json.end()) reject_avro_schema("An Avro type has no \"type\"");
    if (!type->is_string()) return parse_type(*type, space, depth + 1);
    const std::string name = type->get<std::string>();
    if (name == "record" || name == "error") return parse_record(json, space, depth);
    if (name == "enum") return parse_enum(json, space);
    if (name == "fixed") return parse_fixed(json, space);
    if (name == "array" || name == "map") {
      AvroNode& node = add(name == "array" ? AvroKind::kArray : AvroKind::kMap);
      const char* member = name == "array" ? "items" : "values";
      const auto items = json.find(member);
      if (items == json.end()) reject_avro_schema("An Avro " + name + " has no \"" + member + "\"");
      node.children.push_back(parse_type(*items, space, depth + 1));
      return &node;
    }
    if (const auto kind = primitive(name)) {
      AvroNode& node = add(*kind);
      read_logical(json, node);
      return &node;
    }
    return parse_name(name, space);
  }

  static std::optional<AvroKind> primitive(const std::string& name) {
    for (size_t i = 0; i <= static_cast<size_t>(AvroKind::kString); ++i) {
      if (name == kAvroKindNames[i]) return static_cast<AvroKind>(i);
    }
    return std::nullopt;
  }

  const AvroNode* parse_name(const std::string& name, const std::string& space) {
    if (const auto kind = primitive(name)) return &add(*kind);
    for (const std::string& candidate : {full_name(name, space), name}) {
      if (const auto found = names_.find(candidate); found != names_.end()) return found->second;
    }
    reject_avro_schema("The Avro schema uses a type " + full_name(name, space) + " that it doesn't define" +
                       " (nor one of the schemas that it refers to)");
  }

  const AvroNode* parse_union(const AvroJson& json, const std::string& space, int depth) {
    AvroNode& node = add(AvroKind::kUnion);
    for (const AvroJson& branch : json) {
      const AvroNode* type = parse_type(branch, space, depth + 1);
      if (type->kind == AvroKind::kUnion) reject_avro_schema("An Avro union contains another union");
      node.children.push_back(type);
    }
    if (node.children.empty()) reject_avro_schema("An Avro union has no branches");
    return &node;
  }

  // A named type is known by its name before its parts are read: they may use it.
  AvroNode& define(AvroKind kind, const AvroJson& json, const std::string& space) {
    const std::string name = avro_member(json, "name");
    if (name.empty()) reject_avro_schema("An Avro " + std::string(avro_kind_name(kind)) + " has no name");
    AvroNode& node = add(kind);
    node.name = full_name(name, json.contains("namespace") ? avro_member(json, "namespace") : space);
    if (!names_.emplace(node.name, &node).second) {
      reject_avro_schema("The Avro schema defines the type " + node.name + " twice");
    }
    if (const auto aliases = json.find("aliases"); aliases != json.end() && aliases->is_array()) {
      for (const AvroJson& alias : *aliases) {
        if (alias.is_string()) names_.emplace(full_name(alias.get<std::string>(), namespace_of(node.name)), &node);
      }
    }
    return node;
  }

  const AvroNode* parse_record(const AvroJson& json, const std::string& space, int depth) {
    AvroNode& node = define(AvroKind::kRecord, json, space);
    const auto fields = json.find("fields");
    if (fields == json.end() || !fields->is_array()) reject_avro_schema(avro_context(node.name) + " has no \"fields\"");
    std::set<std::string> names;
    for (const AvroJson& item : *fields) {
      AvroField field;
      if (item.is_object()) field.name = avro_member(item, "name");
      if (field.name.empty()) reject_avro_schema(avro_context(node.name) + " has a field without a name");
      if (!names.insert(field.name).second) {
        reject_avro_schema(avro_context(node.name) + " has two fields " + field.name);
      }
      const auto type = item.find("type");
      if (type == item.end()) reject_avro_schema("The field " + field.name + " of " + node.name + " has no type");
      field.type = parse_type(*type, namespace_of(node.name), depth + 1);
      if (const auto value = item.find("default"); value != item.end()) {
        field.has_default = true;
        field.default_value = *value;
      }
      node.fields.push_back(std::move(field));
    }
    const bool entry =
        node.name == "io.confluent.connect.avro.MapEntry" || avro_member(json, "connect.internal.type") == "MapEntry";
    node.is_map_entry = entry && node.fields.size() == 2 && avro_field(node, "key") && avro_field(node, "value");
    return &node;
  }

  const AvroNode* parse_enum(const AvroJson& json, const std::string& space) {
    AvroNode& node = define(AvroKind::kEnum, json, space);
    const auto symbols = json.find("symbols");
    if (symbols == json.end() || !symbols->is_array()) {
      reject_avro_schema(avro_context(node.name) + " has no \"symbols\"");
    }
    for (const AvroJson& symbol : *symbols) {
      if (!symbol.is_string()) reject_avro_schema(avro_context(node.name) + " has a symbol that is no string");
      node.symbols.push_back(symbol.get<std::string>());
    }
    return &node;
  }

  const AvroNode* parse_fixed(const AvroJson& json, const std::string& space) {
    AvroNode& node = define(AvroKind::kFixed, json, space);
    const auto size = json.find("size");
    if (size == json.end() || !size->is_number_integer())
      reject_avro_schema(avro_context(node.name) + " has no \"size\"");
    const int64_t bytes = size->get<int64_t>();
    if (bytes < 0 || bytes > kMaxFixedBytes) {
      reject_avro_schema(avro_context(node.name) + " has the size " + std::to_string(bytes) +
                         ", which is not supported");
    }
    node.size = static_cast<uint32_t>(bytes);
    read_logical(json, node);
    return &node;
  }

  static int int_attribute(const AvroJson& json, const char* name, int otherwise) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_number_integer()) return otherwise;
    const int64_t value = found->get<int64_t>();
    return value < -1 || value > 10000 ? -1 : static_cast<int>(value);
  }

  static void read_logical(const AvroJson& json, AvroNode& node) {
    const std::string logical = avro_member(json, "logicalType");
    if (logical == "decimal" && (node.kind == AvroKind::kBytes || node.kind == AvroKind::kFixed)) {
      // Connect writes decimals without a precision; the specification has no default for it.
      node.precision = int_attribute(json, "precision", 0);
      node.scale = int_attribute(json, "scale", 0);
      const bool valid = node.scale >= 0 && node.scale <= kMaxDecimalPrecision && node.precision >= 0 &&
                         (node.precision == 0 || node.scale <= node.precision);
      if (valid) node.logical = AvroLogical::kDecimal;
    } else if (node.kind == AvroKind::kInt) {
      if (logical == "date") node.logical = AvroLogical::kDate;
      if (logical == "time-millis") node.logical = AvroLogical::kTimeMillis;
    } else if (node.kind == AvroKind::kLong) {
      if (logical == "time-micros") node.logical = AvroLogical::kTimeMicros;
      if (logical == "timestamp-millis" || logical == "local-timestamp-millis") {
        node.logical = AvroLogical::kTimestampMillis;
      }
      if (logical == "timestamp-micros" || logical == "local-timestamp-micros") {
        node.logical = AvroLogical::kTimestampMicros;
      }
    }
  }

  AvroSchema& out_;
  std::unordered_map<std::string, const AvroNode*> names_;
};

namespace {

// Depth first, so that what a schema refers to is known when it is read; each schema once.
void parse_avro_references(const std::vector<SchemaReference>& references, SchemaRegistry& registry,
                           AvroSchemaParser& parser, std::set<std::pair<std::string, int>>& done, int depth) {
  if (depth > kMaxReferenceDepth) reject_avro_schema("The Avro schema's references are nested too deeply");
  for (const SchemaReference& reference : references) {
    if (!done.insert({reference.subject, reference.version}).second) continue;
    const auto schema = registry.schema_version(reference.subject, reference.version);
    if (!schema) {
      reject_avro_schema("The Avro schema refers to " + reference.name + ", version " +
                         std::to_string(reference.version) + " of subject " + reference.subject + ", which " +
                         registry.description() + " doesn't have");
    }
    parse_avro_references(schema->references, registry, parser, done, depth + 1);
    parser.parse_document(schema->schema);
  }
}

}  // namespace

std::shared_ptr<const AvroSchema> AvroSchema::parse(const std::string& text) {
  auto schema = std::make_shared<AvroSchema>();
  AvroSchemaParser parser(*schema);
  schema->root_ = parser.parse_document(text);
  parser.mark_empty_types();
  return schema;
}

std::shared_ptr<const AvroSchema> AvroSchema::parse(const RegisteredSchema& registered, SchemaRegistry& registry) {
  auto schema = std::make_shared<AvroSchema>();
  AvroSchemaParser parser(*schema);
  std::set<std::pair<std::string, int>> done;
  parse_avro_references(registered.references, registry, parser, done, 0);
  schema->root_ = parser.parse_document(registered.schema);
  parser.mark_empty_types();
  return schema;
}

}  // namespace weir
