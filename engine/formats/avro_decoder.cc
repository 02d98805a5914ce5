#include "engine/formats/avro_decoder.h"

#include "engine/formats/codec.h"

namespace weir {
namespace {

constexpr size_t kAvroHeaderBytes = 5;

}  // namespace

AvroDecoder::AvroDecoder(const FormatContext& context, const std::vector<int>& wanted)
    : registry_(context.registry),
      side_(side_of(context)),
      stage_(decode_stage(context)),
      unwrapped_(is_unwrapped(context)) {
  for (const int index : wanted) {
    const FormatColumn& column = context.columns[static_cast<size_t>(index)];
    slots_.push_back(std::make_unique<ColumnSlots>(column.type));
    targets_.push_back({column.name, slots_.back().get()});
  }
}

void AvroDecoder::decode(std::span<const log::OptionalBytes> payloads, std::span<Column* const> out, Arena& arena,
                         RowErrors& errors, RowBits& bad) {
  for (size_t c = 0; c < slots_.size(); ++c) {
    out[c]->recycle(payloads.size());
    slots_[c]->bind(*out[c]);
  }
  unknown_.clear();
  std::string why;
  for (size_t row = 0; row < payloads.size(); ++row) {
    if (payloads[row] && decode_row(*payloads[row], row, arena, why)) continue;
    for (const std::unique_ptr<ColumnSlots>& slots : slots_) slots->set_null(row);
    if (!payloads[row]) continue;
    bad.set(row);
    errors.report({stage_, static_cast<uint32_t>(row), format_name(FormatKind::kAvro), side_ + ": " + why});
  }
  for (const std::unique_ptr<ColumnSlots>& slots : slots_) slots->finish();
}

bool AvroDecoder::decode_row(std::string_view payload, size_t row, Arena& arena, std::string& why) {
  const std::optional<int> id = schema_id_of(payload);
  if (!id) {
    why = "the payload doesn't begin with Schema Registry's header (a zero byte and the schema's id)";
    return false;
  }
  if (last_ == nullptr || *id != last_id_) {
    last_ = writer_of(*id, why);
    last_id_ = *id;
    if (last_ == nullptr) return false;
  }
  if (!last_->refusal.empty()) {
    why = last_->refusal;
    return false;
  }
  if (reader_.read(last_->plan, payload.substr(kAvroHeaderBytes), row, arena)) return true;
  why = "it is no Avro of schema " + std::to_string(*id) + ": " + reader_.error();
  return false;
}

const AvroDecoder::Writer* AvroDecoder::writer_of(int id, std::string& why) {
  if (const auto known = writers_.find(id); known != writers_.end()) return &known->second;
  if (const auto unknown = unknown_.find(id); unknown != unknown_.end()) {
    why = unknown->second;
    return nullptr;
  }
  if (!registry_) {
    why = "there is no Schema Registry to ask for schema " + std::to_string(id) + ": set ksql.schema.registry.url";
    return nullptr;
  }
  try {
    const RegisteredSchema schema = registry_->schema_by_id(id);
    return &writers_.emplace(id, plan_writer(schema)).first->second;
  } catch (const SchemaRegistryError& error) {
    const bool ours = error.kind() == SchemaRegistryError::Kind::kUnavailable ||
                      error.kind() == SchemaRegistryError::Kind::kUnauthorized;
    if (ours) throw;  // the record may well be good
    why = "it was written with schema " + std::to_string(id) + ": " + error.what();
    unknown_.emplace(id, why);
    return nullptr;
  }
}

AvroDecoder::Writer AvroDecoder::plan_writer(const RegisteredSchema& registered) {
  Writer writer;
  const std::string name = "schema " + std::to_string(registered.id);
  if (registered.type != "AVRO") {
    writer.refusal = name + ", which it was written with, is of type " + registered.type + " rather than AVRO";
    return writer;
  }
  writer.schema = AvroSchema::parse(registered, *registry_);
  try {
    writer.plan = plan_avro_reading(*writer.schema, targets_, unwrapped_);
  } catch (const AvroMismatch& error) {
    writer.refusal = name + ", which it was written with, doesn't fit the columns: " + error.what();
  }
  return writer;
}

}  // namespace weir
