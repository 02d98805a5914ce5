#include "storage/state/checkpoint_writer.h"

#include <filesystem>

#include "storage/state/codec.h"

namespace weir::state {

namespace {
constexpr uint64_t kCheckpointFileBytes = 64u << 20;
constexpr char kMetadataVersionByte = 1;
}  // namespace

CheckpointWriter::CheckpointWriter(Database& database) : database_(database) {}

CheckpointWriter::~CheckpointWriter() {
  file_.reset();
  for (const std::string& path : created_) {
    std::error_code ignored;  // moved into the database when all went well
    std::filesystem::remove(path, ignored);
  }
}

Family& CheckpointWriter::start(FamilyKind kind, const std::string& store) {
  next_file();
  Family& family = database_.find_or_create(kind, store);
  stores_.push_back({&family, {}});
  return family;
}

void CheckpointWriter::open_file(rocksdb::ColumnFamilyHandle* handle) {
  rocksdb::Options options = database_.rocks().GetOptions(handle);
  auto file = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(), options, handle,
                                                       /*invalidate_page_cache=*/false);
  const std::string path = database_.directory() + "/ingest-" + std::to_string(created_.size()) + ".sst";
  database_.check(file->Open(path), "be written");
  created_.push_back(path);
  file_ = std::move(file);
}

rocksdb::SstFileWriter& CheckpointWriter::file() {
  if (file_ && file_->FileSize() >= kCheckpointFileBytes) next_file();
  if (!file_) {
    open_file(stores_.back().family->handle());
    stores_.back().paths.push_back(created_.back());
  }
  return *file_;
}

void CheckpointWriter::put(std::string_view key, std::string_view value) {
  database_.check(file().Put(key, value), "be written");
}

void CheckpointWriter::remove(std::string_view key) { database_.check(file().Delete(key), "be written"); }

void CheckpointWriter::next_file() {
  if (!file_) return;
  database_.check(file_->Finish(), "be written");
  file_.reset();
}

void CheckpointWriter::set_descriptor(std::string descriptor) {
  descriptors_[stores_.back().family->name()] = std::move(descriptor);
}

std::string CheckpointWriter::write_metadata(std::string_view meta) {
  open_file(database_.metadata());
  std::string row(1, kMetadataVersionByte);
  row.append(meta);
  database_.check(file_->Put("meta", row), "be written");
  // Both are ordered by name, and so are the file's keys.
  std::map<std::string, const std::string*> rows;
  for (const auto& [name, descriptor] : database_.descriptors()) rows[name] = nullptr;
  for (const auto& [name, descriptor] : descriptors_) rows[name] = &descriptor;
  for (const auto& [name, descriptor] : rows) {
    if (descriptor == nullptr) {
      database_.check(file_->Delete("store:" + name), "be written");
    } else {
      row.resize(1);
      row.append(*descriptor);
      database_.check(file_->Put("store:" + name, row), "be written");
    }
  }
  next_file();
  return created_.back();
}

void CheckpointWriter::commit(std::string_view meta) {
  next_file();
  std::vector<rocksdb::IngestExternalFileArg> files;
  const auto add = [&](rocksdb::ColumnFamilyHandle* handle, std::vector<std::string> paths) {
    rocksdb::IngestExternalFileArg& argument = files.emplace_back();
    argument.column_family = handle;
    argument.external_files = std::move(paths);
    argument.options.move_files = true;
    argument.options.write_global_seqno = false;
    argument.options.snapshot_consistency = false;  // nobody reads while a checkpoint is taken
  };
  add(database_.metadata(), {write_metadata(meta)});
  for (const Files& store : stores_) {
    if (!store.paths.empty()) add(store.family->handle(), store.paths);
  }
  // RocksDB 7.8 places the files by the newest version's levels but looks for overlaps in the one that readers see; a
  // compaction that is being installed makes the two differ, which ends the process in an assertion. So none may run
  // meanwhile.
  rocksdb::Status status = database_.rocks().PauseBackgroundWork();
  if (status.ok()) {
    status = database_.rocks().IngestExternalFiles(files);
    const rocksdb::Status resumed = database_.rocks().ContinueBackgroundWork();
    if (status.ok()) status = resumed;
  }
  database_.check(status, "be written");
  database_.replaced(std::string(meta), std::move(descriptors_));
}

}  // namespace weir::state
