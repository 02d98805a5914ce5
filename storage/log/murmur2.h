// The 32-bit murmur2 hash as Kafka's Java client computes it (org.apache.kafka.common.utils.Utils.murmur2), so that
// records written here and by JVM producers land in the same partitions. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::log {

int32_t murmur2(std::string_view bytes);

}  // namespace weir::log
