#include "storage/log/log_meta.h"

#include <algorithm>
#include "storage/log/fixed_width.h"
#include "storage/varint.h"

namespace weir::log {

namespace {

constexpr char kMetaVersion = 1;
constexpr size_t kMaxTopicName = 249;

// Reads the fields of a stored value; after a field that doesn't decode, ok() is false and the rest are empty.
class MetaFields {
 public:
  explicit MetaFields(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {
    if (at_ == end_ || *at_++ != kMetaVersion) fail();
  }
  bool ok() const { return ok_; }
  uint64_t number() {
    uint64_t value = 0;
    const char* next = ok_ ? get_varint(at_, end_, value) : nullptr;
    if (next == nullptr) {
      fail();
      return 0;
    }
    at_ = next;
    return value;
  }
  int64_t signed_number() { return unzigzag(number()); }
  std::string text() {
    const uint64_t size = number();
    if (size > static_cast<uint64_t>(end_ - at_)) fail();
    if (!ok_) return {};
    std::string value(at_, size);
    at_ += size;
    return value;
  }

 private:
  void fail() {
    ok_ = false;
    at_ = end_;
  }
  const char* at_;
  const char* end_;
  bool ok_ = true;
};

void append_meta_text(std::string& out, std::string_view text) {
  append_varint(out, text.size());
  out += text;
}

}  // namespace

std::string topic_key(std::string_view name) { return std::string(kTopicPrefix) += name; }

std::string encode_topic(const StoredTopic& topic) {
  std::string out(1, kMetaVersion);
  append_varint(out, topic.id);
  append_varint(out, static_cast<uint64_t>(topic.config.partitions));
  append_varint(out, zigzag(topic.config.replicas));
  append_varint(out, zigzag(topic.config.retention_ms));
  append_varint(out, zigzag(topic.config.retention_bytes));
  append_varint(out, static_cast<uint64_t>(topic.config.cleanup));
  append_varint(out, topic.config.extra.size());
  for (const auto& [key, value] : topic.config.extra) {
    append_meta_text(out, key);
    append_meta_text(out, value);
  }
  return out;
}

std::optional<StoredTopic> decode_topic(std::string_view bytes) {
  MetaFields fields(bytes);
  StoredTopic topic;
  topic.id = static_cast<uint32_t>(fields.number());
  const uint64_t partitions = fields.number();
  topic.config.partitions = static_cast<int32_t>(partitions);
  topic.config.replicas = static_cast<int16_t>(fields.signed_number());
  topic.config.retention_ms = fields.signed_number();
  topic.config.retention_bytes = fields.signed_number();
  const uint64_t cleanup = fields.number();
  topic.config.cleanup = static_cast<Cleanup>(cleanup);
  const uint64_t extras = fields.number();
  for (uint64_t i = 0; i < extras && fields.ok(); ++i) {
    std::string key = fields.text();
    topic.config.extra.insert_or_assign(std::move(key), fields.text());
  }
  const bool valid = fields.ok() && partitions >= 1 && partitions <= INT32_MAX &&
                     cleanup <= static_cast<uint64_t>(Cleanup::kCompactDelete);
  if (!valid) return std::nullopt;
  return topic;
}

std::string partition_state_key(PartitionId partition) {
  std::string key(kStatePrefix);
  append_big32(key, partition.topic);
  append_big32(key, partition.partition);
  return key;
}

std::string encode_partition_state(const PartitionState& state) {
  std::string out(1, kMetaVersion);
  append_varint(out, static_cast<uint64_t>(state.begin));
  append_varint(out, static_cast<uint64_t>(state.clean_until));
  append_varint(out, zigzag(state.next_horizon));
  return out;
}

std::optional<PartitionState> decode_partition_state(std::string_view bytes) {
  MetaFields fields(bytes);
  PartitionState state;
  state.begin = static_cast<int64_t>(fields.number());
  state.clean_until = static_cast<int64_t>(fields.number());
  state.next_horizon = fields.signed_number();
  if (!fields.ok() || state.begin < 0 || state.clean_until < 0) return std::nullopt;
  return state;
}

std::string group_prefix(std::string_view group) {
  std::string key(kOffsetPrefix);
  append_meta_text(key, group);
  return key;
}

std::string offset_key(std::string_view group, const TopicPartition& partition) {
  std::string key = group_prefix(group);
  append_meta_text(key, partition.topic);
  append_big32(key, static_cast<uint32_t>(partition.partition));
  return key;
}

std::optional<std::string_view> topic_of_offset_key(std::string_view key) {
  const char* const end = key.data() + key.size();
  uint64_t size = 0;
  const char* at = get_varint(key.data() + kOffsetPrefix.size(), end, size);
  if (at == nullptr || size > static_cast<uint64_t>(end - at)) return std::nullopt;
  at = get_varint(at + size, end, size);
  if (at == nullptr || size > static_cast<uint64_t>(end - at)) return std::nullopt;
  return std::string_view(at, size);
}

std::string encode_offset(const CommittedOffset& offset) {
  std::string out(1, kMetaVersion);
  append_varint(out, zigzag(offset.offset));
  append_meta_text(out, offset.metadata);
  return out;
}

std::optional<CommittedOffset> decode_offset(std::string_view bytes) {
  MetaFields fields(bytes);
  CommittedOffset offset;
  offset.offset = fields.signed_number();
  offset.metadata = fields.text();
  if (!fields.ok()) return std::nullopt;
  return offset;
}

void check_topic_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  if (!name.empty() && name.size() <= kMaxTopicName && name != "." && name != ".." &&
      std::ranges::all_of(name, allowed)) {
    return;
  }
  throw LogError(LogError::Kind::kInvalid, "\"" + std::string(name) +
                                               "\" can't be the name of a topic: use 1 to 249 letters, digits, dots, "
                                               "underscores and hyphens, and not just \".\" or \"..\"");
}

}  // namespace weir::log
