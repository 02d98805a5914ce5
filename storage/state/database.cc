#include "storage/state/database.h"

#include <rocksdb/env.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>

#include "storage/state/codec.h"

namespace weir::state {

namespace fs = std::filesystem;

namespace {

constexpr uint8_t kMetadataVersion = 1;
constexpr const char* kCorruptMark = "CORRUPT";
constexpr std::string_view kMetaKey = "meta";
constexpr std::string_view kStorePrefix = "store:";

// Whether RocksDB or a CheckpointWriter may have made a file of this name.
bool is_database_file(const std::string& name) {
  for (const char* exact : {"CURRENT", "LOCK", "LOG", "IDENTITY", kCorruptMark}) {
    if (name == exact) return true;
  }
  for (const char* prefix : {"MANIFEST-", "OPTIONS-", "LOG.old", "ingest-"}) {
    if (name.starts_with(prefix)) return true;
  }
  return name.ends_with(".sst") || name.ends_with(".log") || name.ends_with(".dbtmp") || name.ends_with(".trash");
}

// Throws when the directory is someone else's.
std::vector<fs::path> state_files(const std::string& directory) {
  std::vector<fs::path> files;
  try {
    if (!fs::exists(directory)) return files;
    for (const auto& file : fs::directory_iterator(directory)) files.push_back(file.path());
  } catch (const fs::filesystem_error& error) {
    throw StateError("The state directory '" + directory + "' can't be read: " + error.code().message() + ".",
                     StateError::Kind::kDisk);
  }
  for (const fs::path& file : files) {
    if (!is_database_file(file.filename())) {
      throw StateError("'" + directory + "' is no state directory: it holds '" + file.filename().string() +
                       "'. Configure a directory of its own for the state.");
    }
  }
  return files;
}

bool is_lock_error(const rocksdb::Status& status) {
  return status.IsIOError() && status.ToString().find("lock") != std::string::npos;
}

// The files are there to be read but don't make a checkpoint.
bool is_not_whole(const rocksdb::Status& status) {
  return status.IsCorruption() || status.IsNotFound() || status.IsInvalidArgument() || status.IsNotSupported() ||
         (status.IsIOError() && status.subcode() == rocksdb::Status::kPathNotFound);
}

[[noreturn]] void throw_in_use(const std::string& directory) {
  throw StateError("The state directory '" + directory +
                   "' is in use by another process. Stop it, or configure another directory.");
}

void wipe_state(const std::string& directory) {
  rocksdb::FileLock* lock = nullptr;
  const std::string lock_file = directory + "/LOCK";
  if (!rocksdb::Env::Default()->LockFile(lock_file, &lock).ok()) throw_in_use(directory);
  std::error_code failed;
  for (const fs::path& file : state_files(directory)) {
    if (file.filename() == "LOCK") continue;
    std::error_code error;
    fs::remove(file, error);
    if (error) failed = error;
  }
  rocksdb::Env::Default()->UnlockFile(lock);
  if (failed) {
    throw StateError("The state directory '" + directory + "' can't be cleared: " + failed.message() +
                         ". Remove it and start again; the state is rebuilt from its changelog.",
                     StateError::Kind::kDisk);
  }
}

}  // namespace

std::unique_ptr<Database> Database::open_checkpoint(const Environment& environment, const std::string& directory) {
  const std::vector<fs::path> files = state_files(directory);
  const auto has = [&](const char* name) {
    return std::any_of(files.begin(), files.end(), [&](const fs::path& file) { return file.filename() == name; });
  };
  if (files.empty() || (files.size() == 1 && has("LOCK"))) return nullptr;

  std::unique_ptr<Database> database(new Database(environment, directory));
  rocksdb::Status status =
      has(kCorruptMark) ? rocksdb::Status::Corruption("found while it was read") : database->open();
  if (status.ok()) status = database->load_metadata();
  if (status.ok()) {
    for (const fs::path& file : files) {
      std::error_code ignored;
      if (file.filename().string().starts_with("ingest-")) fs::remove(file, ignored);
    }
    database->drop_unused_families();
    return database;
  }
  if (is_lock_error(status)) throw_in_use(directory);
  if (!is_not_whole(status)) database->check(status, "be opened");
  database.reset();
  spdlog::warn(
      "The state in '{}' is not a whole checkpoint ({}). It is cleared and will be rebuilt from the changelog.",
      directory, status.ToString());
  wipe_state(directory);
  return nullptr;
}

std::unique_ptr<Database> Database::create(const Environment& environment, const std::string& directory) {
  std::unique_ptr<Database> database(new Database(environment, directory));
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    throw StateError("The state directory '" + directory + "' can't be created: " + error.message() + ".",
                     StateError::Kind::kDisk);
  }
  const rocksdb::Status status = database->open();
  if (is_lock_error(status)) throw_in_use(directory);
  database->check(status, "be created");
  return database;
}

Database::Database(const Environment& environment, std::string directory)
    : environment_(environment), directory_(std::move(directory)) {}

Database::~Database() {
  families_.clear();
  if (rocks_ == nullptr) return;
  rocks_->DestroyColumnFamilyHandle(metadata_);
  rocks_->Close();
}

rocksdb::Status Database::open() {
  const rocksdb::DBOptions options = database_options(environment_);
  std::vector<std::string> names;
  if (fs::exists(directory_ + "/CURRENT")) {
    rocksdb::Status status = rocksdb::DB::ListColumnFamilies(options, directory_, &names);
    if (!status.ok()) return status;
  } else {
    names.push_back(rocksdb::kDefaultColumnFamilyName);
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  std::vector<SharedHorizon> horizons;
  for (const std::string& name : names) {
    horizons.push_back(std::make_shared<std::atomic<int64_t>>(INT64_MIN));
    descriptors.emplace_back(name,
                             name == rocksdb::kDefaultColumnFamilyName
                                 ? metadata_family_options(environment_)
                                 : family_options(environment_, static_cast<FamilyKind>(name[0]), horizons.back()));
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* rocks = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(options, directory_, descriptors, &handles, &rocks);
  if (!status.ok()) return status;
  rocks_.reset(rocks);
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == rocksdb::kDefaultColumnFamilyName) {
      metadata_ = handles[i];
    } else {
      add_family(static_cast<FamilyKind>(names[i][0]), names[i].substr(1), handles[i], horizons[i]);
    }
  }
  return status;
}

rocksdb::Status Database::load_metadata() {
  const std::unique_ptr<rocksdb::Iterator> rows(rocks_->NewIterator(rocksdb::ReadOptions(), metadata_));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    const std::string_view key = rows->key().ToStringView();
    std::string_view value = rows->value().ToStringView();
    uint8_t version = 0;
    if (!read_fixed(value, version) || version != kMetadataVersion) {
      return rocksdb::Status::Corruption("its version is unknown");
    }
    if (key == kMetaKey) {
      meta_ = std::string(value);
    } else if (key.starts_with(kStorePrefix)) {
      const std::string name(key.substr(kStorePrefix.size()));
      if (!families_.contains(name)) return rocksdb::Status::Corruption("the rows of a store are missing", name);
      descriptors_[name] = std::string(value);
    }
  }
  if (!rows->status().ok()) return rows->status();
  return meta_ ? rocksdb::Status::OK() : rocksdb::Status::NotFound("no checkpoint was completed");
}

void Database::drop_unused_families() {
  for (auto it = families_.begin(); it != families_.end();) {
    if (descriptors_.contains(it->first)) {
      ++it;
      continue;
    }
    // Made for a checkpoint that wasn't completed, or of a store that the plan no longer has.
    it->second->forget_cursors();
    check(rocks_->DropColumnFamily(it->second->handle()), "be cleared of a store");
    it = families_.erase(it);
  }
}

Family& Database::add_family(FamilyKind kind, const std::string& store, rocksdb::ColumnFamilyHandle* handle,
                             SharedHorizon horizon) {
  auto family = std::make_unique<Family>(*this, kind, store, handle, std::move(horizon));
  Family& result = *family;
  families_[result.name()] = std::move(family);
  return result;
}

Family* Database::find(FamilyKind kind, const std::string& store) {
  for (const auto& [name, family] : families_) {
    if (family->store() != store) continue;
    if (family->kind() == kind) return family.get();
    throw StateError("State store '" + store + "' is " + describe(kind) + ", but in '" + directory_ + "' it is " +
                     describe(family->kind()) + ". Remove the directory; the state is rebuilt from its changelog.");
  }
  return nullptr;
}

const std::string* Database::descriptor(const Family& family) const {
  const auto found = descriptors_.find(family.name());
  return found == descriptors_.end() ? nullptr : &found->second;
}

Family& Database::find_or_create(FamilyKind kind, const std::string& store) {
  if (Family* family = find(kind, store)) return *family;
  auto horizon = std::make_shared<std::atomic<int64_t>>(INT64_MIN);
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  check(
      rocks_->CreateColumnFamily(family_options(environment_, kind, horizon), static_cast<char>(kind) + store, &handle),
      "be extended by a store");
  return add_family(kind, store, handle, std::move(horizon));
}

void Database::check(const rocksdb::Status& status, const char* doing) const {
  if (status.ok()) return;
  if (!status.IsCorruption()) {
    throw StateError("The state in '" + directory_ + "' can't " + doing + ": " + status.ToString() +
                         ". Check the disk: its space, its permissions and its health.",
                     StateError::Kind::kDisk);
  }
  std::ofstream(directory_ + "/" + kCorruptMark) << status.ToString() << "\n";
  throw StateError("The state in '" + directory_ + "' is damaged: " + status.ToString() +
                       ". The directory is cleared and rebuilt from the changelog when it is opened again.",
                   StateError::Kind::kDamaged);
}

void Database::replaced(std::string meta, std::map<std::string, std::string> descriptors) {
  meta_ = std::move(meta);
  descriptors_ = std::move(descriptors);
  for (const auto& [name, family] : families_) family->forget_cursors();
  drop_unused_families();
}

}  // namespace weir::state
