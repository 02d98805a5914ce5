#pragma once

#include <string>

#include "storage/log/log.h"

namespace weir {

// Makes the topic unless it is there, be it that another server of the service is quicker. Throws what
// log::Log::create_topic throws, but kExists.
void ensure_topic(log::Log& log, const std::string& name, const log::TopicConfig& config);

}  // namespace weir
