// The command log: every change of the catalog as a record of a topic with one partition. All servers of a service read
// it and apply its commands in its order, whoever appended them; so they all have the same catalog.
//
// Two servers may bind a statement each against the same catalog, and the second's command may not fit any more once
// the first's has been applied. So a command carries `base`, the position up to which its server had applied the log
// when it bound the statement. A command is **void** when a command that isn't void lies between its base and itself:
// nobody applies it, and its server binds the statement anew. A command without a base (of an earlier version) is never
// void. What can't be applied (a newer program's command, say) is in **quarantine**, on all servers alike, and counts
// as applied for what comes after.
//
// Owned by the engine; used under its statement lock, but for quarantined(), which any thread may call.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/runtime/command.h"
#include "storage/log/log.h"

namespace weir {

struct QuarantinedCommand {
  int64_t offset = 0;
  std::string statement;
  std::string reason;
};

// What became of a command.
struct CommandOutcome {
  // kVoid: bind the statement anew. kQuarantined: `failure` is what applying it threw.
  enum class Kind { kApplied, kVoid, kQuarantined } kind = Kind::kApplied;
  int64_t offset = 0;
  std::exception_ptr failure;
};

class CommandLog {
 public:
  // Changes the catalog as the command says. What it throws puts the command into quarantine; so it must depend on
  // nothing but the commands before.
  using Apply = std::function<void(const Command&)>;

  CommandLog(std::shared_ptr<log::Log> log, std::string topic) : log_(std::move(log)), topic_(std::move(topic)) {}

  // Makes sure that the topic exists.
  void create();
  // `callback` is called, from any thread, when there may be something new to read. Before the first reading.
  void on_ready(std::function<void()> callback) { ready_ = std::move(callback); }

  // Throws log::LogError; after kTimeout the command may turn up yet.
  void append(const Command& command);

  // Reads and applies everything that is in the log now. Throws log::LogError (kTimeout: no progress); what has been
  // read until then is applied, and the next reading goes on from there.
  void read_to_end(const Apply& apply);
  // Reads and applies up to the command with that id, which has been appended.
  CommandOutcome read_own(const std::string& id, const Apply& apply);
  // Reads and applies what has arrived by itself. Doesn't wait, and doesn't ask the broker.
  void read_new(const Apply& apply);

  // One past the last record that was read: the `base` of a statement that is bound now.
  int64_t position() const { return position_; }
  // The offset of the last command that wasn't void; -1: none.
  int64_t last_effective() const { return last_effective_; }
  std::vector<QuarantinedCommand> quarantined() const;

 private:
  CommandOutcome take(const log::RecordView& record, const Apply& apply);
  void open_reader();
  // Reads on until `done` says so of a record, or the position is at `end`.
  void read(int64_t end, const std::function<bool(const log::RecordView&)>& done);

  std::shared_ptr<log::Log> log_;
  std::string topic_;
  std::function<void()> ready_;
  std::unique_ptr<log::LogReader> reader_;
  std::unique_ptr<log::LogTransaction> appender_;
  int64_t position_ = 0;
  int64_t last_effective_ = -1;
  mutable std::mutex mutex_;
  std::vector<QuarantinedCommand> quarantined_;
};

}  // namespace weir
