// The names that Kafka Connect gives its logical types, as they stand in Avro and JSON schemas. Constants; any thread.
#pragma once

namespace weir {

inline constexpr const char* kConnectDecimal = "org.apache.kafka.connect.data.Decimal";
inline constexpr const char* kConnectDate = "org.apache.kafka.connect.data.Date";
inline constexpr const char* kConnectTime = "org.apache.kafka.connect.data.Time";
inline constexpr const char* kConnectTimestamp = "org.apache.kafka.connect.data.Timestamp";

}  // namespace weir
