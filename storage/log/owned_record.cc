#include "storage/log/owned_record.h"

namespace weir::log {

namespace {

std::optional<std::string> own_bytes(const OptionalBytes& bytes) {
  return bytes ? std::optional<std::string>(std::string(*bytes)) : std::nullopt;
}

OptionalBytes view_bytes(const std::optional<std::string>& bytes) {
  return bytes ? OptionalBytes(*bytes) : std::nullopt;
}

}  // namespace

OwnedRecord own_record(const RecordView& record) {
  OwnedRecord owned{own_bytes(record.key), own_bytes(record.value), record.timestamp, record.offset, {}};
  owned.headers.reserve(record.headers.size());
  for (const HeaderView& header : record.headers)
    owned.headers.emplace_back(std::string(header.key), own_bytes(header.value));
  return owned;
}

OwnedRecordView::OwnedRecordView(const OwnedRecord& record) {
  headers_.reserve(record.headers.size());
  for (const auto& [name, value] : record.headers) headers_.push_back({name, view_bytes(value)});
  view_.key = view_bytes(record.key);
  view_.value = view_bytes(record.value);
  view_.timestamp = record.timestamp;
  view_.offset = record.offset;
  view_.headers = headers_;
}

}  // namespace weir::log
