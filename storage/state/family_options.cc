#include "storage/state/family_options.h"

#include <rocksdb/compaction_filter.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <spdlog/spdlog.h>

#include <cstdarg>
#include <cstdio>

#include "storage/state/session_codec.h"
#include "storage/state/upsert_codec.h"

namespace weir::state {

namespace {

// RocksDB's own warnings; it keeps no log files of its own.
class StateRocksLogger : public rocksdb::Logger {
 public:
  StateRocksLogger() : Logger(rocksdb::InfoLogLevel::ERROR_LEVEL) {}
  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    char text[500];
    std::vsnprintf(text, sizeof text, format, arguments);
    spdlog::warn("RocksDB (state): {}", text);
  }
};

// Drops expired rows when a compaction comes across them. They are invisible already.
class StateExpiryFilter : public rocksdb::CompactionFilter {
 public:
  StateExpiryFilter(FamilyKind kind, int64_t horizon) : kind_(kind), horizon_(horizon) {}
  const char* Name() const override { return "weir.state.expiry"; }
  bool Filter(int, const rocksdb::Slice& key, const rocksdb::Slice&, std::string*, bool*) const override {
    const std::string_view row_key = key.ToStringView();
    return (kind_ == FamilyKind::kSession ? session_row_time(row_key) : upsert_row_time(row_key)) <= horizon_;
  }

 private:
  FamilyKind kind_;
  int64_t horizon_;
};

class StateExpiryFilterFactory : public rocksdb::CompactionFilterFactory {
 public:
  StateExpiryFilterFactory(FamilyKind kind, SharedHorizon horizon) : kind_(kind), horizon_(std::move(horizon)) {}
  const char* Name() const override { return "weir.state.expiry"; }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context&) override {
    return std::make_unique<StateExpiryFilter>(kind_, horizon_->load(std::memory_order_relaxed));
  }

 private:
  FamilyKind kind_;
  SharedHorizon horizon_;
};

// The rows of one session key have a prefix in common, so that the filter can tell that a key has none.
class SessionKeyPrefix : public rocksdb::SliceTransform {
 public:
  const char* Name() const override { return "weir.state.session_key"; }
  bool InDomain(const rocksdb::Slice& key) const override { return is_session_key_row(key.ToStringView()); }
  rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    const std::string_view prefix = session_key_row_prefix(key.ToStringView());
    return {prefix.data(), prefix.size()};
  }
};

}  // namespace

const char* describe(FamilyKind kind) {
  switch (kind) {
    case FamilyKind::kKeyValue:
      return "a key-value store";
    case FamilyKind::kAppendWindow:
      return "a window store with duplicates";
    case FamilyKind::kUpsertWindow:
      return "a window store without duplicates";
    case FamilyKind::kSession:
      return "a session store";
  }
  return "a store of an unknown kind";
}

rocksdb::DBOptions database_options(const Environment& environment) {
  rocksdb::DBOptions options;
  options.env = environment.files();
  options.create_if_missing = true;
  options.paranoid_checks = true;
  options.info_log = std::make_shared<StateRocksLogger>();
  options.write_buffer_manager = environment.write_buffers();
  options.max_manifest_file_size = 8u << 20;
  options.max_file_opening_threads = 1;
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.avoid_flush_during_shutdown = true;  // memtables are never written to
  return options;
}

rocksdb::ColumnFamilyOptions metadata_family_options(const Environment& environment) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = environment.block_cache();
  table.checksum = rocksdb::kXXH3;
  rocksdb::ColumnFamilyOptions options;
  options.compression = rocksdb::kNoCompression;
  options.write_buffer_size = 64u << 10;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::ColumnFamilyOptions family_options(const Environment& environment, FamilyKind kind,
                                            const SharedHorizon& horizon) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = environment.block_cache();
  table.cache_index_and_filter_blocks = true;  // within the block cache's bound
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.checksum = rocksdb::kXXH3;
  rocksdb::ColumnFamilyOptions options;
  options.compression = rocksdb::kNoCompression;  // CPU is dearer than disk here
  options.write_buffer_size = 64u << 10;          // memtables are never written to
  if (kind == FamilyKind::kAppendWindow) {
    // Runs have ids that only grow: their files never overlap, and go whole.
    options.disable_auto_compactions = true;
  } else {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    options.compaction_style = rocksdb::kCompactionStyleUniversal;
    options.level0_file_num_compaction_trigger = 6;
  }
  if (kind == FamilyKind::kUpsertWindow || kind == FamilyKind::kSession) {
    options.compaction_filter_factory = std::make_shared<StateExpiryFilterFactory>(kind, horizon);
  }
  if (kind == FamilyKind::kSession) options.prefix_extractor = std::make_shared<SessionKeyPrefix>();
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace weir::state
