#include <fmt/format.h>
#include <simdjson.h>
#include <xxhash.h>

#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "bench/kafka/kafka_client.h"
#include "bench/kafka/programs.h"

namespace weir::bench {

namespace {

namespace ondemand = simdjson::ondemand;

uint64_t hash_bytes(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

uint64_t hash_number(ondemand::number number) {
  // 3, 3.0 and 3e0 are one number; two texts that read as the same double are one too.
  double value = number.is_double() ? number.get_double() : 0;
  if (number.is_uint64()) return hash_bytes("", number.get_uint64());
  int64_t whole = number.is_int64() ? number.get_int64() : 0;
  if (number.is_double() && (value != std::trunc(value) || std::abs(value) > 9e15)) {
    return hash_bytes({reinterpret_cast<const char*>(&value), sizeof value}, 7);
  }
  if (number.is_double()) whole = static_cast<int64_t>(value);
  return hash_bytes("", static_cast<uint64_t>(whole));
}

uint64_t hash_value(ondemand::value value) {
  switch (value.type()) {
    case ondemand::json_type::number:
      return hash_number(value.get_number());
    case ondemand::json_type::string:
      return hash_bytes(value.get_string().value(), 1);
    case ondemand::json_type::boolean:
      return hash_bytes(value.get_bool() ? "t" : "f", 2);
    case ondemand::json_type::null:
      return hash_bytes("n", 2);
    default:
      throw std::runtime_error("a row has a nested field, which isn't compared");
  }
}

// The same for the same fields in another order.
uint64_t hash_row(ondemand::parser& parser, const simdjson::padded_string& json) {
  uint64_t sum = 0;
  ondemand::document document = parser.iterate(json);
  for (auto field : document.get_object()) {
    const std::string_view name = field.unescaped_key();
    sum += hash_bytes(name, hash_value(field.value()));
  }
  return sum;
}

struct Checksum {
  int64_t rows = 0;
  uint64_t sum = 0, squares = 0;  // of the rows' hashes

  void add(uint64_t hash) {
    ++rows;
    sum += hash;
    squares += hash * hash;
  }
};

}  // namespace

void rows(const RowsOptions& options) {
  const ClientPtr consumer =
      make_consumer(options.brokers, {{"enable.partition.eof", "true"}, {"fetch.message.max.bytes", "1048576"}});
  const PartitionsPtr partitions = whole_topic(consumer.get(), options.topic);
  check(rd_kafka_assign(consumer.get(), partitions.get()), "reading " + options.topic);
  const QueuePtr queue(rd_kafka_queue_get_consumer(consumer.get()));
  std::vector<rd_kafka_message_t*> messages(10'000);
  ondemand::parser parser;
  Checksum checksum;
  for (int open = partitions->cnt; open > 0;) {
    const ssize_t count = rd_kafka_consume_batch_queue(queue.get(), 1'000, messages.data(), messages.size());
    for (ssize_t i = 0; i < count; ++i) {
      rd_kafka_message_t& message = *messages[static_cast<size_t>(i)];
      if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        --open;
      } else {
        check(message.err, "reading " + options.topic);
        const std::string_view key(static_cast<const char*>(message.key), message.key_len);
        const std::string_view value(static_cast<const char*>(message.payload), message.len);
        const int64_t time = rd_kafka_message_timestamp(&message, nullptr);
        uint64_t hash = hash_bytes(key, static_cast<uint64_t>(time));
        if (message.payload) hash = hash_bytes("", hash + hash_row(parser, simdjson::padded_string(value)));
        checksum.add(hash);
        if (options.print) fmt::print("{} {} {}\n", time, key, value);
      }
      rd_kafka_message_destroy(&message);
    }
  }
  fmt::print("{{\"rows\":{},\"checksum\":\"{:016x}{:016x}\"}}\n", checksum.rows, checksum.sum, checksum.squares);
}

}  // namespace weir::bench
