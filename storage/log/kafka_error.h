// librdkafka's and the broker's error codes as LogError. Pure functions, any thread.
#pragma once

#include <librdkafka/rdkafka.h>

#include <string>

#include "storage/log/log.h"

namespace weir::log {

LogError::Kind kafka_error_kind(rd_kafka_resp_err_t code);

// Trying again, perhaps against another broker, may help.
bool kafka_retriable(rd_kafka_resp_err_t code);

// "WHAT: reason", the reason being `detail` where the broker gave one and else the code's own text.
LogError kafka_error(rd_kafka_resp_err_t code, const std::string& what, const std::string& detail = {});

}  // namespace weir::log
