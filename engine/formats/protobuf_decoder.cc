#include "engine/formats/protobuf_decoder.h"

#include <stdexcept>

#include "engine/formats/codec.h"

namespace weir {
namespace {

constexpr size_t kIdBytes = 5;
constexpr int64_t kMaxMessageDepth = 100;
// Headers come from outside: no more readers are kept than any real topic needs.
constexpr size_t kMaxPrograms = 256;
// How long a schema that isn't there is not asked for again.
constexpr std::chrono::seconds kMissingSchemaPause{10};

}  // namespace

// The message indexes behind the id are their count and themselves as zigzag varints; a single 0 is the first message.
std::optional<ProtobufHeader> read_protobuf_header(std::string_view payload, const char** error) {
  const char* unused;
  const char*& reason = error == nullptr ? unused : *error;
  reason =
      "the payload doesn't begin with Schema Registry's header (a zero byte and the schema's id); bare messages are "
      "declared with format PROTOBUF_NOSR";
  const auto id = schema_id_of(payload);
  if (!id) return std::nullopt;
  ProtobufHeader header;
  header.id = *id;
  ProtobufCursor cursor(payload.substr(kIdBytes));
  uint64_t bits;
  reason = "the message indexes behind the schema's id are cut off";
  if (!cursor.read_varint(bits)) return std::nullopt;
  const int64_t count = unzigzag(bits);
  if (count < 0 || count > kMaxMessageDepth) {
    reason = "the message indexes behind the schema's id are malformed";
    return std::nullopt;
  }
  for (int64_t i = 0; i < count; ++i) {
    if (!cursor.read_varint(bits)) return std::nullopt;
    const int64_t index = unzigzag(bits);
    header.indexes.push_back(index < 0 || index > INT32_MAX ? -1 : static_cast<int>(index));
  }
  if (header.indexes.empty()) header.indexes.push_back(0);
  header.size = static_cast<size_t>(cursor.position() - payload.data());
  return header;
}

ProtobufDecoder::ProtobufDecoder(const FormatContext& context, const std::vector<int>& wanted,
                                 std::shared_ptr<const ProtobufSchema> fixed)
    : context_(context), fixed_(std::move(fixed)) {
  for (const int index : wanted) {
    const FormatColumn& column = context.columns[static_cast<size_t>(index)];
    fields_.push_back({column.name, column.type});
  }
  if (fixed_) compile(programs_[""], 0, {0});
}

void ProtobufDecoder::decode(std::span<const log::OptionalBytes> payloads, std::span<Column* const> out, Arena& arena,
                             RowErrors& errors, RowBits& bad) {
  columns_.assign(out.begin(), out.end());
  for (Column* column : columns_) column->recycle(payloads.size());
  record_.arena = &arena;
  ++batch_;
  for (size_t row = 0; row < payloads.size(); ++row) {
    if (payloads[row] && decode_row(*payloads[row], row)) continue;
    for (Column* column : columns_) define_null(*column, row);
    if (!payloads[row]) continue;
    bad.set(row);
    const std::string where = record_.path.empty() ? "" : "field " + record_.path.substr(record_.path[0] == '.') + ": ";
    errors.report({decode_stage(context_), static_cast<uint32_t>(row), format_name(context_.spec.kind),
                   side_of(context_) + " can't be read as Protobuf: " + where + record_.error});
  }
  for (Column* column : columns_) trim_children(*column);
}

bool ProtobufDecoder::decode_row(std::string_view payload, size_t row) {
  record_.error.clear();
  record_.path.clear();
  Program* program = last_;
  size_t header = 0;
  if (fixed_) {
    program = &programs_.begin()->second;
  } else if (last_ != nullptr && payload.starts_with(last_header_) &&
             last_->retry_at == std::chrono::steady_clock::time_point::max()) {
    header = last_header_.size();
  } else {
    const char* error;
    const auto read = read_protobuf_header(payload, &error);
    if (!read) return record_.fail(error);
    header = read->size;
    program = &program_of(payload.substr(0, header), *read);
  }
  if (!program->reader) return record_.fail(program->error);
  if (program->bound != batch_) {
    program->reader->bind(columns_);
    program->bound = batch_;
  }
  return program->reader->read(record_, payload.substr(header), row);
}

ProtobufDecoder::Program& ProtobufDecoder::program_of(std::string_view bytes, const ProtobufHeader& header) {
  std::string key(bytes);
  auto found = programs_.find(key);
  if (found != programs_.end() && found->second.retry_at <= std::chrono::steady_clock::now()) {
    programs_.erase(found);
    found = programs_.end();
  }
  if (found == programs_.end()) {
    if (programs_.size() >= kMaxPrograms) programs_.clear();
    last_ = nullptr;
    Program program;
    compile(program, header.id, header.indexes);
    found = programs_.emplace(key, std::move(program)).first;
  }
  last_ = &found->second;
  last_header_ = std::move(key);
  return found->second;
}

void ProtobufDecoder::compile(Program& program, int id, const std::vector<int>& indexes) {
  try {
    if (fixed_) {
      program.schema = fixed_;
    } else {
      const RegisteredSchema schema = context_.registry->schema_by_id(id);
      if (schema.type != "PROTOBUF") {
        program.error = "the schema with id " + std::to_string(id) + " is of type " + schema.type;
        return;
      }
      program.schema = std::make_shared<const ProtobufSchema>(schema, context_.registry.get());
    }
    const google::protobuf::Descriptor* message = program.schema->message_at(indexes);
    if (message == nullptr) {
      program.error = "the schema with id " + std::to_string(id) + " has no message at the record's indexes";
      return;
    }
    program.reader = std::make_unique<ProtobufMessageReader>(fields_, *message, *program.schema);
  } catch (const SchemaRegistryError& error) {
    if (error.kind() == SchemaRegistryError::Kind::kUnavailable) throw;
    program.error = error.what();
    program.retry_at = std::chrono::steady_clock::now() + kMissingSchemaPause;
  } catch (const std::invalid_argument& error) {
    program.error = error.what();
  }
}

}  // namespace weir
