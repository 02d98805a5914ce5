// What CREATE STREAM, CREATE TABLE and CREATE … AS check alike: names that are taken, the TIMESTAMP column, the topic.
// No state; any thread.
#pragma once

#include <string>

#include "engine/plan/binder.h"
#include "engine/plan/with_clause.h"

namespace weir {

// Throws StatementError if the name is taken, or OR REPLACE can't replace what has it. IF NOT EXISTS is the caller's
// business.
void check_source_name(const Catalog& catalog, const sql::Identifier& name, sql::SourceKind kind, bool or_replace,
                       bool read_only, bool if_not_exists);
// A replacement may add value columns at the end; everything else must stay.
void check_replacement(const Source& existing, const Source& replacement, const sql::Position& pos);

// Reads TIMESTAMP and TIMESTAMP_FORMAT into the source and checks them against its columns.
void bind_timestamp(const WithClause& with, Source& source);

// PARTITIONS, REPLICAS, RETENTION_MS and CLEANUP_POLICY.
TopicNeed read_topic(const WithClause& with, const std::string& topic);
// A given number of partitions must be that of the topic, if it exists.
void check_partitions(const WithClause& with, const TopicNeed& need, const BindContext& context);

std::vector<FormatColumn> columns_of_role(const Source& source, SourceColumn::Role role);

}  // namespace weir
