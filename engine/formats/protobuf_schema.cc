#include "engine/formats/protobuf_schema.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>

#include "engine/formats/protobuf_builtins.h"

namespace weir {
namespace {

namespace pb = google::protobuf;

constexpr size_t kMaxReferences = 500;
constexpr const char* kRootProtoFile = "(schema)";  // no import can name it

[[noreturn]] void reject_proto_schema(const std::string& message) {
  throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid, message);
}

// The first thing that the parser or the linker has to say.
class ProtoErrors : public pb::io::ErrorCollector, public pb::DescriptorPool::ErrorCollector {
 public:
  void AddError(int line, pb::io::ColumnNumber column, const std::string& message) override {
    keep("line " + std::to_string(line + 1) + ", column " + std::to_string(column + 1) + ": " + message);
  }
  void AddError(const std::string&, const std::string& element, const pb::Message*, ErrorLocation,
                const std::string& message) override {
    keep(element + ": " + message);
  }
  const std::string& first() const { return first_; }

 private:
  void keep(const std::string& message) {
    if (first_.empty()) first_ = message;
  }
  std::string first_;
};

// What libprotobuf logs is either told by its error collectors as well or of no use to anyone.
void silence_protobuf_log() {
  static const bool once = [] {
    pb::SetLogHandler(nullptr);
    return true;
  }();
  static_cast<void>(once);
}

// The names as libprotobuf compares them: no two fields of a proto3 message may be equal then.
std::string folded_proto_name(const std::string& name) {
  std::string folded;
  for (const char c : name) {
    if (c != '_') folded.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return folded;
}

// The pairs { key: "…" value: "…" } in the text of an option.
void read_meta_params(const std::string& text, std::map<std::string, std::string>& params) {
  pb::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  ProtoErrors errors;
  pb::io::Tokenizer tokens(&stream, &errors);
  std::string word, key, value;
  const auto flush = [&] {
    if (!key.empty()) params[key] = value;
    key.clear();
    value.clear();
  };
  while (tokens.Next()) {
    const pb::io::Tokenizer::Token& token = tokens.current();
    if (token.type == pb::io::Tokenizer::TYPE_IDENTIFIER) {
      word = token.text;
    } else if (token.type == pb::io::Tokenizer::TYPE_STRING) {
      if (word == "key") pb::io::Tokenizer::ParseString(token.text, &key);
      if (word == "value") pb::io::Tokenizer::ParseString(token.text, &value);
      word.clear();
    } else if (token.text == "}" || token.text == ">") {
      flush();
    }
  }
  flush();
}

// Options of others' extensions need files that nobody gives us; they say nothing about the bytes.
template <class Options>
void drop_custom_options(Options& options) {
  auto& all = *options.mutable_uninterpreted_option();
  for (int i = all.size() - 1; i >= 0; --i) {
    const bool custom =
        std::any_of(all[i].name().begin(), all[i].name().end(), [](const auto& part) { return part.is_extension(); });
    if (custom) all.DeleteSubrange(i, 1);
  }
}

void drop_enum_options(pb::EnumDescriptorProto& enumeration) {
  if (enumeration.has_options()) drop_custom_options(*enumeration.mutable_options());
  for (auto& value : *enumeration.mutable_value()) {
    if (value.has_options()) drop_custom_options(*value.mutable_options());
  }
}

}  // namespace

// Brings files into the pool, each after those that it imports.
class ProtobufSchema::Linker {
 public:
  Linker(ProtobufSchema& schema, SchemaRegistry* registry) : schema_(schema), registry_(registry) {}

  const pb::FileDescriptor* link(const RegisteredSchema& root) {
    collect(root);
    return build(parse(kRootProtoFile, root.schema));
  }

 private:
  pb::FileDescriptorProto parse(const std::string& name, const std::string& text) const {
    try {
      return parse_proto_text(name, text);
    } catch (const SchemaRegistryError& error) {
      const std::string where = name == kRootProtoFile ? schema_.title_ : "the file " + name + " of " + schema_.title_;
      reject_proto_schema("Malformed Protobuf in " + where + ": " + error.what());
    }
  }

  void collect(const RegisteredSchema& schema) {
    for (const SchemaReference& reference : schema.references) {
      if (texts_.contains(reference.name)) continue;
      if (texts_.size() >= kMaxReferences) {
        reject_proto_schema("The schema refers to more than " + std::to_string(kMaxReferences) +
                            " others: " + schema_.title_);
      }
      if (registry_ == nullptr) reject_proto_schema("No registry has the file " + reference.name);
      const auto found = registry_->schema_version(reference.subject, reference.version);
      if (!found) {
        reject_proto_schema("The file " + reference.name + ", imported by " + schema_.title_ + ", isn't in " +
                            registry_->description() + " as version " + std::to_string(reference.version) +
                            " of subject " + reference.subject);
      }
      texts_[reference.name] = found->schema;
      collect(*found);
    }
  }

  const pb::FileDescriptor* build(pb::FileDescriptorProto file) {
    for (const std::string& name : file.dependency()) import(name, file.name());
    clean(file);
    ProtoErrors errors;
    const pb::FileDescriptor* built = schema_.pool_.BuildFileCollectingErrors(file, &errors);
    if (built == nullptr) reject_proto_schema("Wrong Protobuf in " + schema_.title_ + ": " + errors.first());
    return built;
  }

  void import(const std::string& name, const std::string& importer) {
    if (schema_.pool_.FindFileByName(name) != nullptr) return;
    if (!open_.insert(name).second) reject_proto_schema("The file " + name + " imports itself in " + schema_.title_);
    const auto text = texts_.find(name);
    if (text != texts_.end()) {
      build(parse(name, text->second));
    } else if (auto builtin = builtin_proto_file(name)) {
      build(std::move(*builtin));
    } else {
      reject_proto_schema("The file " + name + ", which " +
                          (importer == kRootProtoFile ? schema_.title_ : "the file " + importer) +
                          " imports, is none of its references");
    }
    open_.erase(name);
  }

  void clean(pb::FileDescriptorProto& file) {
    file.clear_service();
    if (file.has_options()) drop_custom_options(*file.mutable_options());
    const std::string prefix = file.package().empty() ? "" : file.package() + ".";
    for (auto& message : *file.mutable_message_type()) clean(message, prefix, file.syntax() == "proto3");
    for (auto& enumeration : *file.mutable_enum_type()) drop_enum_options(enumeration);
    for (auto& extension : *file.mutable_extension()) {
      if (extension.has_options()) drop_custom_options(*extension.mutable_options());
    }
  }

  void clean(pb::DescriptorProto& message, const std::string& prefix, bool proto3) {
    const std::string scope = prefix + message.name() + ".";
    if (message.has_options()) drop_custom_options(*message.mutable_options());
    std::set<std::string> folded;
    for (auto& field : *message.mutable_field()) {
      const std::string name = field.name();
      if (proto3 && !folded.insert(folded_proto_name(name)).second) {
        field.set_name(name + "x" + std::to_string(field.number()));
        field.clear_json_name();
        schema_.names_[scope + field.name()] = name;
        folded.insert(folded_proto_name(field.name()));
      }
      if (!field.has_options()) continue;
      for (const auto& option : field.options().uninterpreted_option()) {
        const std::string& first = option.name(0).name_part();
        if (first == "confluent.field_meta" || first == ".confluent.field_meta") {
          read_meta_params(option.aggregate_value(), schema_.parameters_[scope + field.name()]);
        }
      }
      drop_custom_options(*field.mutable_options());
    }
    for (auto& oneof : *message.mutable_oneof_decl()) {
      if (oneof.has_options()) drop_custom_options(*oneof.mutable_options());
    }
    for (auto& range : *message.mutable_extension_range()) {
      if (range.has_options()) drop_custom_options(*range.mutable_options());
    }
    for (auto& extension : *message.mutable_extension()) {
      if (extension.has_options()) drop_custom_options(*extension.mutable_options());
    }
    for (auto& enumeration : *message.mutable_enum_type()) drop_enum_options(enumeration);
    for (auto& nested : *message.mutable_nested_type()) clean(nested, scope, proto3);
  }

  ProtobufSchema& schema_;
  SchemaRegistry* registry_;
  std::map<std::string, std::string> texts_;  // by the name that imports use
  std::set<std::string> open_;                // being imported
};

google::protobuf::FileDescriptorProto parse_proto_text(const std::string& name, const std::string& text) {
  silence_protobuf_log();
  if (text.size() > INT32_MAX) reject_proto_schema("the text is too long");
  pb::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  ProtoErrors errors;
  pb::io::Tokenizer tokens(&stream, &errors);
  pb::compiler::Parser parser;
  parser.RecordErrorsTo(&errors);
  pb::FileDescriptorProto file;
  if (!parser.Parse(&tokens, &file) || !errors.first().empty()) {
    reject_proto_schema(errors.first().empty() ? "it is no .proto text" : errors.first());
  }
  file.set_name(name);
  return file;
}

ProtobufSchema::ProtobufSchema(const RegisteredSchema& schema, SchemaRegistry* registry)
    : title_(schema.id == 0 ? "the columns' schema" : "the schema with id " + std::to_string(schema.id)) {
  file_ = Linker(*this, registry).link(schema);
}

bool ProtobufSchema::has_message(const std::string& full_name) const {
  const pb::Descriptor* found = pool_.FindMessageTypeByName(full_name);
  return found != nullptr && found->file() == file_;
}

const google::protobuf::Descriptor& ProtobufSchema::message(const std::string& full_name) const {
  if (full_name.empty()) {
    if (file_->message_type_count() > 0) return *file_->message_type(0);
    reject_proto_schema("There is no message in " + title_);
  }
  if (has_message(full_name)) return *pool_.FindMessageTypeByName(full_name);
  std::string names;
  for (int i = 0; i < file_->message_type_count(); ++i) {
    names += (names.empty() ? "" : ", ") + file_->message_type(i)->full_name();
  }
  reject_proto_schema("There is no message " + full_name + " in " + title_ + ", which has " +
                      (names.empty() ? "none" : names));
}

const google::protobuf::Descriptor* ProtobufSchema::message_at(const std::vector<int>& indexes) const {
  const pb::Descriptor* message = nullptr;
  for (const int index : indexes) {
    const int count = message == nullptr ? file_->message_type_count() : message->nested_type_count();
    if (index < 0 || index >= count) return nullptr;
    message = message == nullptr ? file_->message_type(index) : message->nested_type(index);
  }
  return message;
}

const std::string& ProtobufSchema::name_of(const google::protobuf::FieldDescriptor& field) const {
  const auto found = names_.find(field.full_name());
  return found == names_.end() ? field.name() : found->second;
}

const std::map<std::string, std::string>& ProtobufSchema::parameters_of(
    const google::protobuf::FieldDescriptor& field) const {
  static const std::map<std::string, std::string> none;
  const auto found = parameters_.find(field.full_name());
  return found == parameters_.end() ? none : found->second;
}

std::vector<int> indexes_of_message(const google::protobuf::Descriptor& message) {
  std::vector<int> indexes;
  for (const pb::Descriptor* at = &message; at != nullptr; at = at->containing_type()) indexes.push_back(at->index());
  std::reverse(indexes.begin(), indexes.end());
  return indexes;
}

}  // namespace weir
