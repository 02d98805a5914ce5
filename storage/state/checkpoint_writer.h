// Writes one checkpoint: sorted files of the stores' new rows beside the database, which take effect all at once. A
// local of CachedTaskState::checkpoint(). Destroyed before commit(), it leaves nothing behind.
#pragma once

#include <rocksdb/sst_file_writer.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/state/database.h"

namespace weir::state {

class CheckpointWriter {
 public:
  explicit CheckpointWriter(Database& database);
  ~CheckpointWriter();
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  // The rows from here on belong to this store, in ascending order of their keys. Each store once.
  Family& start(FamilyKind kind, const std::string& store);
  void put(std::string_view key, std::string_view value);
  void remove(std::string_view key);
  // The rows from here on go into a file of their own.
  void next_file();
  // What the store needs to know at the next open. Every store has to set it: those that don't are gone after the
  // checkpoint.
  void set_descriptor(std::string descriptor);

  // Makes it the directory's state, durably. Throws StateError; then the old checkpoint is still there.
  void commit(std::string_view meta);

 private:
  struct Files {
    Family* family;
    std::vector<std::string> paths;
  };
  void open_file(rocksdb::ColumnFamilyHandle* handle);
  std::string write_metadata(std::string_view meta);
  rocksdb::SstFileWriter& file();

  Database& database_;
  std::vector<Files> stores_;
  std::map<std::string, std::string> descriptors_;
  std::unique_ptr<rocksdb::SstFileWriter> file_;
  std::vector<std::string> created_;
};

}  // namespace weir::state
