// The processing log: what could not be processed, as records of a topic that KSQL_PROCESSING_LOG makes a stream. Any
// thread.
#pragma once

#include <string>

#include "engine/catalog/catalog.h"
#include "engine/exec/record_collector.h"

namespace weir {

inline constexpr const char* kProcessingLogStream = "KSQL_PROCESSING_LOG";

// Of a key or a value the log has no more than this.
inline constexpr size_t kMaxErrorBytes = size_t{64} * 1024;

// The record's value: JSON with the stream's columns. Key and value bytes are given as text where they are UTF-8 and
// always as base64.
std::string processing_log_value(const std::string& query_id, const ProcessingError& error);

// The stream's catalog entry over `topic`.
Source processing_log_source(const std::string& topic);

const char* error_stage_name(RowError::Stage stage);

}  // namespace weir
