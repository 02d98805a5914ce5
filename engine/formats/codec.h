// One format behind the functions of format.h. Codecs are stateless; codec_of() has the table of them, and adding a
// format is a file with its codec and a line there.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/formats/format.h"

namespace weir {

class Codec {
 public:
  virtual ~Codec() = default;

  // See check_format(). The context's types are known to be no NULL type.
  virtual void check(const FormatContext& context) const = 0;
  virtual std::unique_ptr<RowDecoder> make_decoder(const FormatContext& context,
                                                   const std::vector<int>& wanted) const = 0;
  virtual std::unique_ptr<RowEncoder> make_encoder(const FormatContext& context) const = 0;

  // For formats with schemas.
  virtual const char* schema_type() const {
    return nullptr;
  }  // "JSON": the registry's name; null: the format has no schemas
  virtual std::string schema_text(const FormatContext& context) const;
  // `registry`: where the schemas are that this one refers to.
  virtual std::vector<FormatColumn> columns_of(const FormatSpec& spec, bool is_key, const RegisteredSchema& schema,
                                               SchemaRegistry& registry) const;
  // The subject's schema by which records are written instead of one made from the columns; nullopt: there is none
  // such.
  virtual std::optional<RegisteredSchema> adopted_schema(const FormatContext& context) const;
};

// Throws std::invalid_argument when the format is not supported.
const Codec& codec_of(FormatKind kind);

const Codec& none_codec();
const Codec& kafka_codec();
const Codec& delimited_codec();
const Codec& json_codec();
const Codec& json_sr_codec();
const Codec& protobuf_codec();
const Codec& protobuf_nosr_codec();
const Codec& avro_codec();

// The id with which an encoder marks its records: register_schema(context), but what this process has registered before
// isn't asked for again.
int writer_schema_id(const FormatContext& context);

// <topic>-key or <topic>-value.
std::string subject_of(const std::string& topic, bool is_key);
// The one column of this side is written as a bare value rather than as a field of a record.
bool is_unwrapped(const FormatContext& context);
// "key of topic T" / "value of topic T", for messages.
std::string side_of(const FormatContext& context);
RowError::Stage decode_stage(const FormatContext& context);

}  // namespace weir
