// The `weir` program: shell, scripts, test runner.
#include <malloc.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <clocale>
#include <csignal>
#include <cstdio>

#include "cli/notices.h"
#include "cli/output.h"
#include "cli/runner.h"
#include "cli/shell.h"
#include "cli/test_command.h"
#include "connect/connectors.h"
#include "engine/runtime/engine.h"

namespace {

struct Arguments {
  std::vector<std::string> files, statements, defines, config_files, properties;
  std::string data_dir, bootstrap_servers, schema_registry, output = "tabular", log_level = "warn";
  std::optional<int64_t> row_limit, timeout_ms;
};

void configure(CLI::App& app, Arguments& arguments) {
  app.add_option("-f,--file", arguments.files, "Run the statements of a file, then exit; may be repeated");
  app.add_option("-e,--execute", arguments.statements, "Run these statements, then exit; may be repeated");
  app.add_option("-d,--define", arguments.defines, "NAME=VALUE for ${NAME} in statements; may be repeated");
  app.add_option("--data-dir", arguments.data_dir, "Folder of the embedded log and the state (default: ./weir-data)");
  app.add_option("--bootstrap-servers", arguments.bootstrap_servers,
                 "Kafka's addresses instead of the embedded log: host:port,…");
  app.add_option("--schema-registry", arguments.schema_registry,
                 "URL of a Schema Registry instead of the embedded one");
  app.add_option("--config", arguments.config_files,
                 "Properties file: name=value lines, ${env:NAME} for secrets; may be repeated");
  app.add_option("--property", arguments.properties, "name=value as in a properties file; may be repeated");
  app.add_option("--output", arguments.output, "tabular or json: one object a line, everything else on standard error")
      ->transform(CLI::IsMember({"tabular", "json"}, CLI::ignore_case));
  app.add_option("--query-row-limit", arguments.row_limit, "End a query after so many rows")
      ->check(CLI::PositiveNumber);
  app.add_option("--query-timeout", arguments.timeout_ms, "End a query after so many milliseconds")
      ->check(CLI::PositiveNumber);
  app.add_option("--log-level", arguments.log_level, "trace, debug, info, warn, error or off, on standard error")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
  app.set_version_flag("--version", "weir " WEIR_VERSION);
}

weir::Config make_config(const Arguments& arguments) {
  weir::Config config;
  for (const std::string& file : arguments.config_files) config.load_file(file);
  for (const std::string& property : arguments.properties) {
    const size_t equals = property.find('=');
    if (equals == std::string::npos)
      throw std::invalid_argument("--property takes name=value, not '" + property + "'.");
    config.set(property.substr(0, equals), property.substr(equals + 1));
  }
  if (!arguments.data_dir.empty()) config.set("data.dir", arguments.data_dir);
  if (!arguments.bootstrap_servers.empty()) config.set("bootstrap.servers", arguments.bootstrap_servers);
  if (!arguments.schema_registry.empty()) config.set("schema.registry.url", arguments.schema_registry);
  if (config.get("data.dir").empty()) config.set("data.dir", "weir-data");
  return config;
}

int run(const Arguments& arguments) {
  using namespace weir;
  cli::Output output(arguments.output == "json" ? cli::OutputFormat::kJson : cli::OutputFormat::kTabular);
  Session session;
  for (const std::string& define : arguments.defines) {
    const size_t equals = define.find('=');
    if (equals == std::string::npos) {
      output.error("--define takes NAME=VALUE, not '" + define + "'.");
      return 2;
    }
    std::string name = define.substr(0, equals);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
    session.variables[name] = define.substr(equals + 1);
  }
  const bool shell = arguments.files.empty() && arguments.statements.empty();
  const bool interactive = shell && isatty(STDIN_FILENO) != 0;
  cli::Notices notices;  // outlives the engine, which posts them
  std::unique_ptr<Engine> engine;
  try {
    EngineOptions options;
    options.config = make_config(arguments);
    options.connectors = built_in_connectors();
    // A script or a person's shell comes and goes; what is fed through a pipe is how a server is run.
    options.keeps_its_place = shell && !interactive;
    // A broker that is away may come back: a script waits for it, the shell is there meanwhile.
    options.when_away = interactive ? EngineOptions::WhenAway::kBackground : EngineOptions::WhenAway::kWait;
    options.give_up = [] { return cli::Runner::interrupted(); };
    if (interactive) {
      options.give_up = nullptr;  // Ctrl-C drops a line there
      options.while_away = "help, history, SET and SHOW PROPERTIES work meanwhile.";
      options.notice = [&notices](const std::string& text) { notices.post(text); };
    }
    engine = Engine::open(std::move(options));
  } catch (const std::exception& e) {
    if (cli::Runner::interrupted()) return 130;
    output.error(e.what());
    return 1;
  }
  const cli::RunnerOptions runner_options{arguments.row_limit, arguments.timeout_ms};
  if (shell) {
    return cli::Shell(*engine, session, output, runner_options, notices).run();
  }
  cli::Runner runner(*engine, session, output, runner_options);
  bool ok = true;
  for (size_t i = 0; ok && i < arguments.files.size(); ++i) ok = runner.run_file(arguments.files[i]);
  for (size_t i = 0; ok && i < arguments.statements.size(); ++i) ok = runner.run(arguments.statements[i], "-e");
  output.flush();
  if (cli::Runner::interrupted()) return 130;
  return ok ? 0 : 1;
}

// What is fetched from Kafka comes and goes in pieces of a megabyte. glibc would soon keep such pieces, in an arena for
// each of the client's threads; fixed thresholds have them mapped, and given back as soon as they are read.
void return_memory_early() {
  constexpr int kMapFrom = 128 << 10;
  constexpr int kKeepAtMost = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, kMapFrom);
  mallopt(M_TRIM_THRESHOLD, kKeepAtMost);
}

}  // namespace

int main(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  return_memory_early();
  if (argc > 1 && std::string(argv[1]) == "test") return weir::cli::test_command(argc - 1, argv + 1);

  CLI::App app{
      "Weir: SQL over streams, on an embedded log or on Kafka.\n`weir` alone is the shell; `weir test --help` tells of "
      "the test runner."};
  Arguments arguments;
  configure(app, arguments);
  CLI11_PARSE(app, argc, argv);
  spdlog::set_default_logger(spdlog::stderr_logger_mt("weir"));
  spdlog::set_level(spdlog::level::from_str(arguments.log_level));

  struct sigaction action {};
  action.sa_handler = [](int) { weir::cli::Runner::interrupt(); };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return run(arguments);
}
