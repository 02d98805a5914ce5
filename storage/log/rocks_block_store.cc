#include "storage/log/rocks_block_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <filesystem>
#include <limits>

#include "storage/log/fixed_width.h"
#include "storage/log/log.h"
#include "storage/varint.h"

namespace weir::log {

namespace {

constexpr char kIndexPrefix = 'b';
constexpr size_t kIndexPrefixBytes = 9;  // up to the base offset
constexpr char kIndexVersion = 1;
constexpr uint64_t kMinBlobBytes = 4096;
constexpr size_t kBlockCacheBytes = 8u << 20;
constexpr uint64_t kFlushAtStopBytes = 2u << 20;
constexpr uint64_t kBytesToReclaim = 32u << 20;
constexpr double kGarbageToReclaim = 0.5;

std::string block_key(PartitionId partition, int64_t base) {
  std::string key;
  key.reserve(16);
  append_big32(key, partition.topic);
  append_big32(key, partition.partition);
  append_big64(key, static_cast<uint64_t>(base));
  return key;
}

std::string index_key(PartitionId partition, int64_t base) { return kIndexPrefix + block_key(partition, base); }

// Above every base offset of the partition.
std::string block_key_limit(PartitionId partition) { return block_key(partition, -1); }

int64_t base_of_key(const rocksdb::Slice& key) {
  return static_cast<int64_t>(get_big64(key.data() + key.size() - sizeof(int64_t)));
}

std::string encode_index_entry(const Block& block, size_t stored_bytes) {
  std::string value(1, kIndexVersion);
  append_varint(value, block.header().span);
  append_varint(value, block.header().records);
  append_varint(value, stored_bytes);
  append_varint(value, zigzag(block.header().max_timestamp));
  return value;
}

BlockInfo decode_index_entry(const rocksdb::Slice& key, const rocksdb::Slice& value) {
  BlockInfo info;
  info.base = base_of_key(key);
  const char* in = value.data();
  const char* const end = in + value.size();
  uint64_t span = 0;
  uint64_t records = 0;
  uint64_t timestamp = 0;
  if (in == end || *in++ != kIndexVersion || !(in = get_varint(in, end, span)) ||
      !(in = get_varint(in, end, records)) || !(in = get_varint(in, end, info.stored_bytes)) ||
      !(in = get_varint(in, end, timestamp)) || records == 0 || span < records ||
      span > std::numeric_limits<uint32_t>::max()) {
    throw BlockDamage(info.base, "its index entry doesn't decode");
  }
  info.end = info.base + static_cast<int64_t>(span);
  info.records = static_cast<uint32_t>(records);
  info.max_timestamp = unzigzag(timestamp);
  return info;
}

rocksdb::DBOptions log_db_options(const RocksBlockStore::Options& options) {
  rocksdb::DBOptions db;
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  db.max_background_jobs = 2;
  db.max_open_files = 128;
  db.max_file_opening_threads = 1;  // the default starts 16 threads, also for no files at all
  db.db_write_buffer_size = options.write_buffer_bytes;
  db.max_total_wal_size = options.write_buffer_bytes;  // bounds what is replayed after a crash
  // The write-ahead log has it all: a start doesn't wait for a flush.
  db.avoid_flush_during_recovery = true;
  // Commits are serialized by the log: no write groups, no spinning for a leader.
  db.allow_concurrent_memtable_write = false;
  db.enable_write_thread_adaptive_yield = false;
  db.skip_stats_update_on_db_open = true;
  db.skip_checking_sst_file_sizes_on_db_open = true;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  db.keep_log_file_num = 2;
  db.max_log_file_size = 1u << 20;
  db.info_log_level = rocksdb::WARN_LEVEL;
  return db;
}

}  // namespace

RocksBlockStore::RocksBlockStore(const Options& options) : options_(options) {
  std::error_code error;
  std::filesystem::create_directories(options_.path, error);
  if (error) {
    throw LogError(LogError::Kind::kInvalid,
                   "cannot create the data directory " + options_.path + ": " + error.message());
  }
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kBlockCacheBytes, /*num_shard_bits=*/0);
  rocksdb::ColumnFamilyOptions meta;
  meta.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  meta.write_buffer_size = std::min<size_t>(options_.write_buffer_bytes, 4u << 20);
  meta.compression = rocksdb::kNoCompression;
  rocksdb::ColumnFamilyOptions blocks = meta;
  blocks.write_buffer_size = options_.write_buffer_bytes;
  blocks.enable_blob_files = true;
  blocks.min_blob_size = kMinBlobBytes;
  // Blocks are compressed before they are written, which spares the write-ahead log and the memtable as well.
  blocks.blob_compression_type = rocksdb::kNoCompression;

  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {{rocksdb::kDefaultColumnFamilyName, meta},
                                                                 {"blocks", blocks}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(log_db_options(options_), options_.path, families, &handles, &db);
  if (status.IsIOError() && status.ToString().find("/LOCK") != std::string::npos &&
      status.ToString().find("lock") != std::string::npos) {
    throw LogError(LogError::Kind::kLocked, "the data directory " + options_.path +
                                                " is in use by another process; stop that process or choose another "
                                                "data directory");
  }
  check(status, "open");
  db_.reset(db);
  meta_ = handles[0];
  blocks_ = handles[1];
}

RocksBlockStore::~RocksBlockStore() {
  // Replaying many small transactions at the next start takes longer than writing them out now. Should it fail, the
  // write-ahead log still has them.
  uint64_t unflushed = 0;
  for (rocksdb::ColumnFamilyHandle* handle : {meta_, blocks_}) {
    uint64_t bytes = 0;
    db_->GetIntProperty(handle, rocksdb::DB::Properties::kCurSizeActiveMemTable, &bytes);
    unflushed += bytes;
  }
  if (unflushed > kFlushAtStopBytes) (void)db_->Flush({}, {meta_, blocks_});
  for (rocksdb::ColumnFamilyHandle* handle : {meta_, blocks_}) db_->DestroyColumnFamilyHandle(handle);
}

void RocksBlockStore::check(const rocksdb::Status& status, const char* doing) const {
  if (status.ok()) return;
  LogError::Kind kind = LogError::Kind::kInternal;
  std::string remedy;
  if (status.IsNoSpace()) {
    kind = LogError::Kind::kUnavailable;
    remedy = "; make room on its disk";
  } else if (status.IsCorruption()) {
    kind = LogError::Kind::kCorrupt;
    remedy = "; restore the directory from a copy";
  }
  throw LogError(kind, std::string("cannot ") + doing + " the embedded log in " + options_.path + ": " +
                           status.ToString() + remedy);
}

void RocksBlockStore::write(const StoreBatch& batch) {
  size_t bytes = 64;
  for (const StoreBatch::Change& change : batch.changes()) {
    bytes += 128;
    if (const auto* put = std::get_if<StoreBatch::PutBlock>(&change)) bytes += put->packed.size();
  }
  rocksdb::WriteBatch writes(bytes);
  for (const StoreBatch::Change& change : batch.changes()) {
    if (const auto* put = std::get_if<StoreBatch::PutBlock>(&change)) {
      const int64_t base = put->block->base_offset();
      writes.Put(blocks_, block_key(put->partition, base), put->packed);
      writes.Put(meta_, index_key(put->partition, base), encode_index_entry(*put->block, put->packed.size()));
    } else if (const auto* erase = std::get_if<StoreBatch::DeleteBlock>(&change)) {
      writes.Delete(blocks_, block_key(erase->partition, erase->base));
      writes.Delete(meta_, index_key(erase->partition, erase->base));
      deleted_bytes_ += erase->stored_bytes;
    } else if (const auto* drop = std::get_if<StoreBatch::DeletePartition>(&change)) {
      writes.DeleteRange(blocks_, block_key(drop->partition, 0), block_key_limit(drop->partition));
      writes.DeleteRange(meta_, index_key(drop->partition, 0), kIndexPrefix + block_key_limit(drop->partition));
      deleted_bytes_ += kBytesToReclaim;  // unknown, and users expect the space back
    } else if (const auto* meta = std::get_if<StoreBatch::PutMeta>(&change)) {
      writes.Put(meta_, meta->key, meta->value);
    } else if (const auto* gone = std::get_if<StoreBatch::DeleteMeta>(&change)) {
      writes.Delete(meta_, gone->key);
    }
  }
  // After a failure (a full disk) RocksDB refuses writes until it is told to go on, or while it tries that itself.
  if (!write_failure_.ok()) {
    const rocksdb::Status resumed = db_->Resume();
    check(resumed.IsBusy() ? write_failure_ : resumed, "write to");
  }
  rocksdb::WriteOptions write;
  write.sync = options_.sync;
  write_failure_ = db_->Write(write, &writes);
  check(write_failure_, "write to");
}

void RocksBlockStore::read_blocks(PartitionId partition, int64_t offset, const BlockVisitor& visit) const {
  const std::string lower = block_key(partition, 0);
  const std::string upper = block_key_limit(partition);
  const rocksdb::Slice lower_slice(lower);
  const rocksdb::Slice upper_slice(upper);
  rocksdb::ReadOptions read;
  read.iterate_lower_bound = &lower_slice;
  read.iterate_upper_bound = &upper_slice;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(read, blocks_));
  it->SeekForPrev(block_key(partition, offset));
  if (!it->Valid() && it->status().ok()) it->Seek(lower);
  int64_t next = offset;
  for (; it->Valid(); it->Next()) {
    auto block = Block::unpack(base_of_key(it->key()), it->value().ToStringView());
    if (block->end_offset() <= offset) continue;
    next = block->end_offset();
    if (!visit(std::move(block))) return;
  }
  if (it->status().IsCorruption()) throw BlockDamage(next, it->status().ToString());
  check(it->status(), "read");
}

void RocksBlockStore::scan_blocks(PartitionId partition, int64_t offset, const InfoVisitor& visit) const {
  const std::string lower = index_key(partition, 0);
  const std::string upper = kIndexPrefix + block_key_limit(partition);
  const rocksdb::Slice lower_slice(lower);
  const rocksdb::Slice upper_slice(upper);
  rocksdb::ReadOptions read;
  read.iterate_lower_bound = &lower_slice;
  read.iterate_upper_bound = &upper_slice;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(read, meta_));
  it->SeekForPrev(index_key(partition, offset));
  if (!it->Valid() && it->status().ok()) it->Seek(lower);
  for (; it->Valid(); it->Next()) {
    const BlockInfo info = decode_index_entry(it->key(), it->value());
    if (info.end <= offset) continue;
    if (!visit(info)) return;
  }
  check(it->status(), "read");
}

void RocksBlockStore::last_blocks(std::span<const PartitionId> partitions, const LastVisitor& visit) const {
  // One iterator for all: making one costs more than a seek.
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, meta_));
  for (size_t i = 0; i < partitions.size(); ++i) {
    const std::string prefix = index_key(partitions[i], 0).substr(0, kIndexPrefixBytes);
    it->SeekForPrev(kIndexPrefix + block_key_limit(partitions[i]));
    check(it->status(), "read");
    if (it->Valid() && it->key().starts_with(prefix)) visit(i, decode_index_entry(it->key(), it->value()));
  }
}

std::optional<std::string> RocksBlockStore::get_meta(std::string_view key) const {
  std::string value;
  const rocksdb::Status status = db_->Get({}, meta_, key, &value);
  if (status.IsNotFound()) return std::nullopt;
  check(status, "read");
  return value;
}

void RocksBlockStore::scan_meta(std::string_view prefix, const MetaVisitor& visit) const {
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, meta_));
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    visit(it->key().ToStringView(), it->value().ToStringView());
  }
  check(it->status(), "read");
}

void RocksBlockStore::reclaim() {
  if (deleted_bytes_ < kBytesToReclaim) return;
  deleted_bytes_ = 0;
  // Blob files go away once no table refers to them; merging the tables (small: they hold keys and references) drops
  // the references of deleted blocks. Where live and dead blocks share files, those are rewritten only when half of
  // their bytes is dead, so that the work stays in proportion to what was deleted.
  rocksdb::CompactRangeOptions compact;
  compact.exclusive_manual_compaction = false;
  if (!compact_family(compact, meta_) || !compact_family(compact, blocks_)) return;
  uint64_t garbage = 0;
  uint64_t total = 0;
  db_->GetIntProperty(blocks_, rocksdb::DB::Properties::kLiveBlobFileGarbageSize, &garbage);
  db_->GetIntProperty(blocks_, rocksdb::DB::Properties::kLiveBlobFileSize, &total);
  if (total > 0 && static_cast<double>(garbage) > kGarbageToReclaim * static_cast<double>(total)) {
    compact.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kForce;
    compact.blob_garbage_collection_age_cutoff = 1.0;
    compact.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    compact_family(compact, blocks_);
  }
}

bool RocksBlockStore::compact_family(const rocksdb::CompactRangeOptions& options, rocksdb::ColumnFamilyHandle* family) {
  const rocksdb::Status status = db_->CompactRange(options, family, nullptr, nullptr);
  if (status.IsIncomplete()) return false;
  check(status, "compact");
  return true;
}

}  // namespace weir::log
