// The engine of one process: log, registry, catalog, command log and the running queries. Statements are executed
// against it; the shell, scripts, the REST server and the test runner are its users. Thread-safe: DDL is serialized,
// queries run on worker threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "engine/catalog/catalog.h"
#include "engine/functions/registry.h"
#include "engine/plan/binder.h"
#include "engine/runtime/background_thread.h"
#include "engine/runtime/command_log.h"
#include "engine/runtime/config.h"
#include "engine/runtime/connector.h"
#include "engine/runtime/query_definition.h"
#include "engine/runtime/row_stream.h"
#include "engine/runtime/server_directory.h"
#include "engine/runtime/server_id.h"
#include "engine/runtime/statement_result.h"
#include "engine/runtime/worker_pool.h"
#include "engine/sql/ast.h"
#include "engine/sql/parser.h"

namespace weir {

// A user's session: what SET and DEFINE change. Owned by the shell or the request; one thread.
struct Session {
  std::map<std::string, std::string> properties;  // canonical names
  sql::Variables variables;
};

struct EngineOptions {
  Config config;
  // The log to work on, instead of the one that the configuration names. Engines that share one are servers of one
  // service, as processes on one Kafka are.
  std::shared_ptr<log::Log> log;
  // Kinds of connectors that CREATE CONNECTOR knows, by class.
  std::vector<std::shared_ptr<const ConnectorPlugin>> connectors;
  // Called with messages for the user that belong to no statement (a broker that went away and came back). Any thread.
  std::function<void(const std::string&)> notice;
  // Queries are resolved but not run: the test runner drives them itself (see QueryDriver).
  bool manual_queries = false;
  // The functions that queries may call; null: those of the language. The test runner adds some of its own.
  std::shared_ptr<const FunctionRegistry> functions;
  // A server that is expected back soon when it ends: its work waits for it for the session's timeout. Otherwise the
  // others get it at once when this process ends, and after the timeout when it is killed.
  bool keeps_its_place = false;
  // A Kafka that doesn't answer at the start. kFail: open() throws. kWait: open() returns when it is there, or throws
  // once give_up() says so. kBackground: open() returns at once, and statements that need the log are refused
  // (kUnavailable) until it is there.
  enum class WhenAway { kFail, kWait, kBackground } when_away = WhenAway::kFail;
  std::function<bool()> give_up;            // asked now and then by whoever waits
  std::string while_away = "Ctrl-C ends.";  // what a user can do meanwhile: the end of the message
};

// Another server's statement changed the catalog after this one was bound against it: it is to be bound anew.
struct StatementOvertaken {};

class Engine {
 public:
  // Opens the log, replays the command log and starts the queries that were running. Throws StatementError or
  // log::LogError (a data directory in use by another process …). See EngineOptions::when_away.
  static std::unique_ptr<Engine> open(EngineOptions options);
  ~Engine();  // commits and checkpoints, then closes everything

  // Executes one statement. Throws StatementError (render() it with the statement's text) for everything that is the
  // user's or a peer's fault. RUN SCRIPT and DEFINE/UNDEFINE/SET/UNSET change `session` or are returned for the caller
  // to follow.
  StatementResult execute(const sql::Statement& statement, Session& session);

  const Catalog& catalog() const { return *catalog_; }
  const FunctionRegistry& functions() const { return *functions_; }
  log::Log& log() { return *services_.log; }
  std::shared_ptr<SchemaRegistry> registry() { return services_.tasks.registry; }
  const Config& config() const { return config_; }
  std::shared_ptr<QueryStatus> query_status(const std::string& query_id) const;
  std::shared_ptr<const QueryDefinition> query_definition(const std::string& query_id) const;  // null: there is none
  // Statements of the command log that could not be applied, with their reasons.
  std::vector<QuarantinedCommand> quarantined() const { return command_log_->quarantined(); }

  // True when every persistent query has worked through all that is in its source topics and committed it. For scripts
  // and tests.
  bool caught_up();

  // This server and, where the log is shared, the others of its service.
  std::vector<ServerInfo> servers() const;

  // For drivers of manual queries: the persistent queries in the order of their creation, and what tasks need.
  std::vector<std::shared_ptr<const QueryDefinition>> query_definitions() const;
  const RuntimeServices& services() const { return services_; }

 private:
  friend class StatementExecutor;
  Engine(EngineOptions options);

  void start_processing_log();

  // engine_start.cc
  enum class Connection { kConnecting, kReady, kFailed, kStopped };
  void connect_until_there();
  void await_broker();
  void note_away(const std::string& reason);
  void connection_failed(const std::string& reason);
  void stop_connecting();
  bool giving_up() const;
  void require_log(const sql::Statement& statement);
  void on_log_event(const log::LogEvent& event);
  void tell(const std::string& message) const;
  void replay();
  // The query is there with its reason, but doesn't run.
  void mark_broken(const std::string& id, const std::string& reason, QueryStatus::State state);

  // engine_commands.cc
  // For a statement that changes the catalog: excludes the others, here, and brings the catalog up to date with those of
  // other servers. Before the statement is bound.
  [[nodiscard]] std::unique_lock<std::mutex> lock_statements();
  // Records the command and applies it, after what other servers have recorded before it. Throws StatementOvertaken when
  // one of those changed the catalog that the statement was bound against; what applying the command threw; or why its
  // query can't be started.
  // `may_be_overtaken`: false for a command that fits whatever the others did before it, as its statement can't be done
  // twice.
  void append_and_apply(Command command, bool may_be_overtaken = true);
  // Applies one command to the catalog, which is the same on all servers. Throws when it doesn't apply.
  void change_catalog(const Command& command);
  // Has this process run what the catalog says: stops and starts queries and connectors. What can't be started is there
  // with its reason, and in the result.
  std::map<std::string, std::exception_ptr> run_catalog();
  void run_connectors();
  bool owns_connector(const std::string& name) const;
  // The id of the server that runs it, as far as this one knows; empty: it doesn't.
  std::string connector_owner(const std::string& name) const;
  ServerInfo describe_server() const;
  void join_servers();
  void follow_commands();
  void tell_quarantined(int64_t except_offset = -1);
  // engine_topics.cc
  // What others have done to the topics of running queries: a query without a topic ends, one whose topic has grown is
  // started anew, if it can be.
  void check_topics();
  void restart_query(const std::string& id, const std::string& why);

  // Wipes the state that an earlier query of the same id has left on this machine.
  void claim_state_directory(const PersistentQuery& query) const;
  // Internal topics and offsets of a query that has ended. By the server alone whose statement ended it: another that
  // comes to it late must not take away what has been made anew under the same name.
  void delete_leftovers(const PersistentQuery& query);

  std::shared_ptr<QueryDefinition> named_definition(const std::string& id, const PhysicalPlan& plan) const;
  // `first_partitions`: PersistentQuery::source_partitions.
  std::shared_ptr<QueryDefinition> resolve(const std::string& id, const PhysicalPlan& plan, bool transient,
                                           const std::map<std::string, std::string>& properties,
                                           const std::map<std::string, int32_t>& first_partitions = {});
  void create_internal_topics(const QueryDefinition& query);
  void delete_internal_topics(const QueryDefinition& query);
  void start_query(const PersistentQuery& query);
  void stop_query(const std::string& id, bool forget);
  std::shared_ptr<RowStream> start_push_query(const BoundPushQuery& bound, const Session& session);
  BindContext bind_context(const Session& session);
  // What holds where the session's or query's own properties don't say: ALTER SYSTEM's value, else the configuration's.
  std::string setting(const std::map<std::string, std::string>& properties, const std::string& name) const;
  bool is_altered(const std::string& name) const;

  Config config_;
  EngineOptions options_;
  std::unique_ptr<const ServerId> server_id_;  // holds the state directory
  RuntimeServices services_;
  std::shared_ptr<const FunctionRegistry> functions_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<CommandLog> command_log_;
  std::mutex statement_mutex_;  // DDL, one at a time; and whoever applies commands
  int64_t statement_base_ = 0;  // how much of the command log the catalog held when the statement was bound
  size_t told_quarantined_ = 0;
  struct Started {
    PersistentQueryPtr query;
    bool again = false;  // it couldn't be started while the log was away
  };
  std::map<std::string, Started> started_;  // what run_catalog() has seen to; under the statement lock
  mutable std::mutex system_mutex_;
  std::map<std::string, std::string> system_properties_;  // of ALTER SYSTEM, by canonical name
  mutable std::mutex queries_mutex_;
  std::map<std::string, std::shared_ptr<const QueryDefinition>> running_;
  std::map<std::string, std::weak_ptr<QueuedRowStream>> push_queries_;
  std::atomic<int64_t> next_push_query_{0};
  std::atomic<uint64_t> next_insert_{0};  // records without a key go round the partitions
  std::unique_ptr<ConnectorManager> connectors_;
  using ConnectorPtr = std::shared_ptr<const ConnectorDefinition>;
  std::map<std::string, ConnectorPtr> connectors_wanted_;  // by the command log; under the statement lock
  struct StartedConnector {
    ConnectorPtr connector;
    bool own = false;  // it runs here
    std::chrono::steady_clock::time_point since;
  };
  std::map<std::string, StartedConnector> connectors_started_;
  std::optional<log::KafkaLogOptions> kafka_options_;  // nullopt: the embedded log
  bool shares_log_ = false;                            // there may be other servers of the service
  bool replayed_ = false;
  mutable std::mutex connection_mutex_;
  std::condition_variable connection_changed_;
  Connection connection_ = Connection::kConnecting;
  std::string connection_failure_;  // why it isn't there yet, or at all
  bool untold_outages_ = false;
  std::thread connector_thread_;
  std::unique_ptr<WorkerPool> workers_;         // its threads use all of the above
  std::atomic<int64_t> commands_applied_{0};  // up to that offset queries and connectors run as the command log says
  int64_t started_ms_ = 0;
  std::unique_ptr<ServerDirectory> servers_;           // null: the log isn't shared, or not there yet
  std::unique_ptr<BackgroundThread> follower_;         // of the command log; last but for the next
  std::unique_ptr<BackgroundThread> topic_watch_;
};

}  // namespace weir
