#include "cli/test/triple_case.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace weir::cli {

namespace {

namespace fs = std::filesystem;

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::invalid_argument(path + " can't be read");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The records under `member`.
JsonNode read_records(const std::string& path, const char* member) {
  JsonNode root;
  try {
    root = parse_json(read_text(path));
  } catch (const std::invalid_argument& e) {
    throw std::invalid_argument(path + ": " + e.what());
  }
  const JsonNode* records = root.find(member);
  if (records == nullptr || records->kind != JsonNode::Kind::kArray) {
    throw std::invalid_argument(path + " must be an object with a list \"" + member + "\"");
  }
  return *records;
}

}  // namespace

JsonCase read_triple_case(const std::string& statements, const std::string& inputs, const std::string& outputs) {
  JsonCase test;
  test.file = statements;
  test.name = fs::path(outputs).filename().string();
  test.statements.push_back(read_text(statements));
  test.node.kind = JsonNode::Kind::kObject;
  if (!inputs.empty()) test.node.members.emplace_back("inputs", read_records(inputs, "inputs"));
  test.node.members.emplace_back("outputs", read_records(outputs, "outputs"));
  return test;
}

bool is_triple_folder(const std::string& folder) {
  return fs::is_regular_file(fs::path(folder) / "statements.sql") && fs::is_regular_file(fs::path(folder) / "output.json");
}

JsonCase read_triple_folder(const std::string& folder) {
  const fs::path path(folder), inputs = path / "input.json";
  JsonCase test = read_triple_case((path / "statements.sql").string(), fs::is_regular_file(inputs) ? inputs.string() : "",
                                   (path / "output.json").string());
  test.file = path.lexically_normal().parent_path().filename().string();
  test.name = path.filename().string();
  return test;
}

}  // namespace weir::cli
