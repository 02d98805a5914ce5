#include <algorithm>
#include <vector>

#include <rocksdb/convenience.h>
#include <spdlog/spdlog.h>

#include "storage/state/database.h"

namespace weir::state {

Family::Family(Database& database, FamilyKind kind, std::string store, rocksdb::ColumnFamilyHandle* handle,
               SharedHorizon horizon)
    : database_(database), kind_(kind), store_(std::move(store)), handle_(handle), horizon_(std::move(horizon)) {}

Family::~Family() {
  forget_cursors();
  database_.rocks().DestroyColumnFamilyHandle(handle_);
}

bool Family::get(std::string_view key, rocksdb::PinnableSlice& value) const {
  value.Reset();
  const rocksdb::Status status = database_.rocks().Get(rocksdb::ReadOptions(), handle_, key, &value);
  if (status.IsNotFound()) return false;
  database_.check(status, "be read");
  return true;
}

void Family::multi_get(size_t count, const rocksdb::Slice* keys, rocksdb::PinnableSlice* values,
                       rocksdb::Status* statuses) const {
  database_.rocks().MultiGet(rocksdb::ReadOptions(), handle_, count, keys, values, statuses);
  for (size_t i = 0; i < count; ++i) {
    if (!statuses[i].IsNotFound()) database_.check(statuses[i], "be read");
  }
}

uint64_t Family::estimated_rows() const {
  uint64_t rows = 0;
  database_.rocks().GetIntProperty(handle_, rocksdb::DB::Properties::kEstimateNumKeys, &rows);
  return rows;
}

std::unique_ptr<rocksdb::Iterator> Family::new_iterator(const rocksdb::ReadOptions& options) const {
  return std::unique_ptr<rocksdb::Iterator>(database_.rocks().NewIterator(options, handle_));
}

Family::Cursor Family::cursor() {
  std::unique_ptr<rocksdb::Iterator> iterator = std::move(idle_cursor_);
  if (!iterator) {
    rocksdb::ReadOptions options;
    options.total_order_seek = true;
    iterator = new_iterator(options);
  }
  return Cursor(*this, std::move(iterator), &idle_cursor_);
}

Family::Cursor Family::prefix_cursor() {
  std::unique_ptr<rocksdb::Iterator> iterator = std::move(idle_prefix_cursor_);
  if (!iterator) {
    rocksdb::ReadOptions options;
    options.prefix_same_as_start = true;
    iterator = new_iterator(options);
  }
  return Cursor(*this, std::move(iterator), &idle_prefix_cursor_);
}

Family::Cursor Family::bulk_cursor() {
  rocksdb::ReadOptions options;
  options.total_order_seek = true;
  options.fill_cache = false;
  options.readahead_size = 256u << 10;
  return Cursor(*this, new_iterator(options), nullptr);
}

void Family::drop_files(const std::vector<std::pair<std::string, std::string>>& ranges) {
  if (ranges.empty()) return;
  std::vector<rocksdb::Slice> bounds;
  bounds.reserve(2 * ranges.size());
  std::vector<rocksdb::RangePtr> pointers;
  for (const auto& [from, to] : ranges) {
    bounds.emplace_back(from);
    bounds.emplace_back(to);
    pointers.emplace_back(&bounds[bounds.size() - 2], &bounds.back());
  }
  const rocksdb::Status status = rocksdb::DeleteFilesInRanges(&database_.rocks(), handle_, pointers.data(),
                                                              pointers.size(), /*include_end=*/false);
  // Only space is at stake, and a checkpoint that has taken effect must not look like a failed one.
  if (!status.ok()) {
    spdlog::warn("Expired rows of state store '{}' in '{}' still take space: {}", store_, database_.directory(),
                 status.ToString());
  }
}

void Family::forget_cursors() {
  idle_cursor_.reset();
  idle_prefix_cursor_.reset();
  ++generation_;
}

Family::Cursor::Cursor(Family& family, std::unique_ptr<rocksdb::Iterator> iterator,
                       std::unique_ptr<rocksdb::Iterator>* home)
    : family_(family), iterator_(std::move(iterator)), home_(home), generation_(family.generation_) {}

Family::Cursor::~Cursor() {
  if (home_ != nullptr && generation_ == family_.generation_) *home_ = std::move(iterator_);
}

void Family::Cursor::seek(std::string_view key) {
  iterator_->Seek(key);
  check();
}

void Family::Cursor::next() {
  iterator_->Next();
  check();
}

void Family::Cursor::check() const {
  if (!iterator_->Valid()) family_.database_.check(iterator_->status(), "be read");
}

}  // namespace weir::state
