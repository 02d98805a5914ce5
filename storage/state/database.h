// The RocksDB database in a task's directory, between checkpoints: read only. It changes only by CheckpointWriter,
// which ingests sorted files of all column families at once, so it always holds exactly one checkpoint.
//
// Owned by the task's state, used from the task's thread (RocksDB's compactions run in threads of its own).
#pragma once

#include <rocksdb/db.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "storage/state/family_options.h"

namespace weir::state {

class Database;

// One store's rows. Owned by the Database.
class Family {
 public:
  Family(Database& database, FamilyKind kind, std::string store, rocksdb::ColumnFamilyHandle* handle,
         SharedHorizon horizon);
  ~Family();
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

  FamilyKind kind() const { return kind_; }
  const std::string& store() const { return store_; }
  std::string name() const { return static_cast<char>(kind_) + store_; }
  rocksdb::ColumnFamilyHandle* handle() const { return handle_; }
  Database& database() const { return database_; }

  // False when there is no such row. All reads throw StateError when the disk fails or is corrupt.
  bool get(std::string_view key, rocksdb::PinnableSlice& value) const;
  void multi_get(size_t count, const rocksdb::Slice* keys, rocksdb::PinnableSlice* values,
                 rocksdb::Status* statuses) const;
  uint64_t estimated_rows() const;

  // An iterator over the last checkpoint. Returned to the family when it goes out of scope, which keeps it for the next
  // one.
  class Cursor {
   public:
    ~Cursor();
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;
    void seek(std::string_view key);
    void next();
    bool valid() const { return iterator_->Valid(); }
    std::string_view key() const { return iterator_->key().ToStringView(); }
    std::string_view value() const { return iterator_->value().ToStringView(); }

   private:
    friend class Family;
    Cursor(Family& family, std::unique_ptr<rocksdb::Iterator> iterator, std::unique_ptr<rocksdb::Iterator>* home);
    void check() const;

    const Family& family_;
    std::unique_ptr<rocksdb::Iterator> iterator_;
    std::unique_ptr<rocksdb::Iterator>* home_;  // where an idle one is kept; null: nowhere
    uint64_t generation_;
  };
  Cursor cursor();
  // Sees only rows with the prefix of the key that it is sought to: the family's filters may rule files out.
  Cursor prefix_cursor();
  // For reading many rows in order, once: bypasses the block cache.
  Cursor bulk_cursor();

  // Rows at this time and before may be dropped from now on.
  void set_horizon(int64_t horizon) { horizon_->store(horizon, std::memory_order_relaxed); }
  // Deletes files that have only rows of [from, to), each pair.
  void drop_files(const std::vector<std::pair<std::string, std::string>>& ranges);
  // After a checkpoint: idle cursors are of the past.
  void forget_cursors();

 private:
  std::unique_ptr<rocksdb::Iterator> new_iterator(const rocksdb::ReadOptions& options) const;

  Database& database_;
  FamilyKind kind_;
  std::string store_;
  rocksdb::ColumnFamilyHandle* handle_;
  SharedHorizon horizon_;
  std::unique_ptr<rocksdb::Iterator> idle_cursor_;
  std::unique_ptr<rocksdb::Iterator> idle_prefix_cursor_;
  uint64_t generation_ = 0;  // of checkpoints
};

class Database {
 public:
  // What a directory holds: a whole checkpoint, or nothing (nullptr), which is also what is left of one that isn't
  // whole. Throws StateError for a directory that is in use, can't be read, or has other things in it.
  static std::unique_ptr<Database> open_checkpoint(const Environment& environment, const std::string& directory);
  // A new one in an empty or missing directory.
  static std::unique_ptr<Database> create(const Environment& environment, const std::string& directory);
  ~Database();

  const std::string& directory() const { return directory_; }
  rocksdb::DB& rocks() { return *rocks_; }
  rocksdb::ColumnFamilyHandle* metadata() const { return metadata_; }

  const std::optional<std::string>& meta() const { return meta_; }
  // The store's family and its descriptor in the last checkpoint; nullptr when it isn't part of it. Throws StateError
  // when the store is of another kind there.
  Family* find(FamilyKind kind, const std::string& store);
  const std::string* descriptor(const Family& family) const;
  Family& find_or_create(FamilyKind kind, const std::string& store);
  const std::map<std::string, std::string>& descriptors() const { return descriptors_; }

  // Throws StateError for a status that isn't ok; corruption leaves a mark, so that the next open starts anew.
  void check(const rocksdb::Status& status, const char* doing) const;

 private:
  friend class CheckpointWriter;
  Database(const Environment& environment, std::string directory);
  rocksdb::Status open();
  rocksdb::Status load_metadata();
  void drop_unused_families();
  Family& add_family(FamilyKind kind, const std::string& store, rocksdb::ColumnFamilyHandle* handle,
                     SharedHorizon horizon);
  void replaced(std::string meta, std::map<std::string, std::string> descriptors);

  const Environment& environment_;
  std::string directory_;
  std::unique_ptr<rocksdb::DB> rocks_;
  rocksdb::ColumnFamilyHandle* metadata_ = nullptr;
  std::map<std::string, std::unique_ptr<Family>> families_;  // by family name
  std::map<std::string, std::string> descriptors_;           // by family name
  std::optional<std::string> meta_;
};

}  // namespace weir::state
