#include "cli/test_command.h"

#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <thread>

#include "cli/test/json_case.h"
#include "cli/test/sql_case.h"
#include "cli/test/triple_case.h"
#include "engine/types/text.h"

namespace weir::cli {

namespace {

struct Planned {
  std::string file, name;
  std::function<TestResult()> run;
};

void plan_file(const std::string& path, const TestOptions& options, std::vector<Planned>& plan) {
  const std::string file = std::filesystem::path(path).filename().string();
  const auto unreadable = [&](const std::string& reason) {
    plan.push_back({file, file, [=] { return TestResult{file, file, TestResult::Outcome::kFailed, reason}; }});
  };
  try {
    if (std::filesystem::is_directory(path)) {
      plan.push_back({file, path, [test = read_triple_folder(path), options] { return run_json_case(test, options); }});
    } else if (path.ends_with(".json")) {
      for (JsonCase& test : read_json_cases(path)) {
        plan.push_back({file, test.name, [test = std::move(test), options] { return run_json_case(test, options); }});
      }
    } else {
      for (SqlCase& test : read_sql_cases(path)) {
        plan.push_back({file, test.name, [test = std::move(test), options] { return run_sql_case(test, options); }});
      }
    }
  } catch (const std::exception& e) {
    unreadable(e.what());
  }
}

std::vector<std::string> files_of(const std::string& path) {
  namespace fs = std::filesystem;
  std::vector<std::string> out;
  if (!fs::is_directory(path)) {
    out.push_back(path);
    return out;
  }
  if (is_triple_folder(path)) return {path};
  for (auto it = fs::recursive_directory_iterator(path); it != fs::recursive_directory_iterator(); ++it) {
    const fs::directory_entry& entry = *it;
    const std::string name = entry.path().string();
    if (entry.is_directory() && is_triple_folder(name)) {
      out.push_back(name);
      it.disable_recursion_pending();
    }
    if (entry.is_regular_file() && (name.ends_with(".json") || name.ends_with(".sql"))) out.push_back(name);
  }
  std::sort(out.begin(), out.end());
  // A script that others run is no case of its own.
  std::erase_if(out, [](const std::string& name) { return name.ends_with("test-script.sql") || name.ends_with(".script.sql"); });
  return out;
}

const char* outcome_name(TestResult::Outcome outcome) {
  return outcome == TestResult::Outcome::kPassed ? "passed" : outcome == TestResult::Outcome::kFailed ? "failed" : "skipped";
}

bool write_report(const std::string& path, const std::vector<TestResult>& results) {
  std::ofstream file(path);
  file << "[\n";
  for (size_t i = 0; i < results.size(); ++i) {
    const TestResult& result = results[i];
    file << "{\"file\":" << json_quote(result.file) << ",\"name\":" << json_quote(result.name) << ",\"result\":\""
         << outcome_name(result.outcome) << "\"";
    if (!result.reason.empty()) file << ",\"reason\":" << json_quote(result.reason);
    file << (i + 1 < results.size() ? "},\n" : "}\n");
  }
  file << "]\n";
  return static_cast<bool>(file);
}

}  // namespace

int test_command(int argc, char** argv) {
  CLI::App app{"Runs test files (*.sql, *.json, or folders of them) with no server.", "weir test"};
  std::vector<std::string> paths;
  std::string filter, report, statements, inputs, outputs;
  int jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  bool verbose = false;
  TestOptions options;
  app.add_option("paths", paths, "Files and folders");
  app.add_option("-s,--sql-file", statements, "Statements of a single case, with -i and -o");
  app.add_option("-i,--input-file", inputs, "Its input records, as JSON");
  app.add_option("-o,--output-file", outputs, "The records that must come out, as JSON");
  app.add_option("--filter", filter, "Only cases whose \"file - name\" contains this");
  app.add_option("-j,--jobs", jobs, "Cases that run at once");
  app.add_option("--report", report, "Write every case's outcome to this file, as JSON");
  app.add_flag("--restart", options.restart, "End and resume every query between any two records; the rows must be the same");
  app.add_option("--partitions", options.partitions, "Spread every topic over so many partitions; cases whose rows depend on the order of different keys are skipped")
      ->check(CLI::Range(1, 1000));
  app.add_flag("-v,--verbose", verbose, "Print every case, not only those that failed");
  CLI11_PARSE(app, argc, argv);
  spdlog::set_level(spdlog::level::off);

  if (paths.empty() == statements.empty() || statements.empty() != outputs.empty() || (statements.empty() && !inputs.empty())) {
    std::fprintf(stderr, "Give files and folders, or a single case with -s, -o and, unless the statements insert rows, -i.\n");
    return 2;
  }
  std::vector<Planned> plan;
  if (!statements.empty()) {
    try {
      plan.push_back({statements, "", [test = read_triple_case(statements, inputs, outputs), options] { return run_json_case(test, options); }});
    } catch (const std::invalid_argument& e) {
      std::fprintf(stderr, "%s\n", e.what());
      return 2;
    }
  }
  for (const std::string& path : paths) {
    if (!std::filesystem::exists(path)) {
      std::fprintf(stderr, "%s: no such file or folder\n", path.c_str());
      return 2;
    }
    for (const std::string& file : files_of(path)) plan_file(file, options, plan);
  }
  if (!filter.empty()) {
    std::erase_if(plan, [&](const Planned& planned) { return (planned.file + " - " + planned.name).find(filter) == std::string::npos; });
  }

  std::vector<TestResult> results(plan.size());
  std::atomic<size_t> next{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < jobs; ++t) {
    threads.emplace_back([&] {
      for (size_t i; (i = next.fetch_add(1)) < plan.size();) results[i] = plan[i].run();
    });
  }
  for (std::thread& thread : threads) thread.join();

  size_t counts[3] = {0, 0, 0};
  for (const TestResult& result : results) {
    ++counts[static_cast<int>(result.outcome)];
    if (verbose || result.outcome == TestResult::Outcome::kFailed) {
      std::printf("%s: %s - %s%s%s\n", outcome_name(result.outcome), result.file.c_str(), result.name.c_str(),
                  result.reason.empty() ? "" : "\n    ", result.reason.c_str());
      std::fputs(result.details.c_str(), stdout);
    }
  }
  if (!report.empty() && !write_report(report, results)) {
    std::fprintf(stderr, "%s can't be written\n", report.c_str());
    return 2;
  }
  std::printf("%zu passed, %zu failed, %zu skipped\n", counts[0], counts[1], counts[2]);
  return counts[1] > 0 || results.empty() ? 1 : 0;
}

}  // namespace weir::cli
