// The formats of a source's or sink's key and value, as its WITH clause, the session's properties and the source that
// it is made from say. No state; any thread.
#pragma once

#include <string>
#include <vector>

#include "engine/plan/binder.h"
#include "engine/plan/with_clause.h"

namespace weir {

struct SourceFormats {
  FormatSpec key, value;
};

// CREATE STREAM|TABLE: KEY_FORMAT, VALUE_FORMAT or FORMAT, else the session's defaults. Without wrapping, see below.
SourceFormats declared_formats(const WithClause& with, const BindContext& context, const sql::Position& pos);
// CREATE … AS: what isn't given is as in `from`. `has_key`: the query's result has key columns.
SourceFormats sink_formats(const WithClause& with, const Source& from, bool has_key, const BindContext& context,
                           const sql::Position& pos);

// The name of the schema that an AVRO key is written with, where KEY_SCHEMA_FULL_NAME gives none: one of the source's own.
void name_key_schema(const std::string& source, FormatSpec& key);

// WRAP_SINGLE_VALUE or its default, once the number of value columns is known.
void apply_wrapping(const WithClause& with, size_t value_columns, const BindContext& context, FormatSpec& value);

// What a session property is set to, or `otherwise`.
std::string session_property(const BindContext& context, const std::string& name, const std::string& otherwise);

// The columns of one side, checked against what its format holds. Throws StatementError at `pos`.
void check_columns(const FormatSpec& spec, bool is_key, const std::string& topic,
                   const std::vector<FormatColumn>& columns, const BindContext& context, const sql::Position& pos);

// Columns from the registered schema of the side; throws StatementError at `pos`.
std::vector<FormatColumn> infer_side(const FormatSpec& spec, bool is_key, const std::string& topic,
                                     const BindContext& context, const sql::Position& pos);

}  // namespace weir
