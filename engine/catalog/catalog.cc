#include "engine/catalog/catalog.h"

#include <algorithm>
#include <charconv>

namespace weir {

std::vector<const SourceColumn*> Source::key_columns() const {
  std::vector<const SourceColumn*> out;
  for (const SourceColumn& column : columns) {
    if (column.role == SourceColumn::Role::kKey) out.push_back(&column);
  }
  return out;
}

std::vector<const SourceColumn*> Source::value_columns() const {
  std::vector<const SourceColumn*> out;
  for (const SourceColumn& column : columns) {
    if (column.role == SourceColumn::Role::kValue) out.push_back(&column);
  }
  return out;
}

const SourceColumn* Source::find_column(const std::string& name) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const SourceColumn& c) { return c.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

SourcePtr Catalog::find_source(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = sources_.find(name);
  return found == sources_.end() ? nullptr : found->second;
}

std::vector<SourcePtr> Catalog::sources() const {
  const std::lock_guard lock(mutex_);
  std::vector<SourcePtr> out;
  out.reserve(sources_.size());
  for (const auto& [name, source] : sources_) out.push_back(source);
  return out;
}

void Catalog::put_source(SourcePtr source) {
  const std::lock_guard lock(mutex_);
  sources_[source->name] = std::move(source);
}

void Catalog::remove_source(const std::string& name) {
  const std::lock_guard lock(mutex_);
  sources_.erase(name);
}

PersistentQueryPtr Catalog::find_query(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(queries_.begin(), queries_.end(), [&](const auto& query) { return query->id == id; });
  return found == queries_.end() ? nullptr : *found;
}

std::vector<PersistentQueryPtr> Catalog::queries() const {
  const std::lock_guard lock(mutex_);
  return queries_;
}

void Catalog::put_query(PersistentQueryPtr query) {
  const std::lock_guard lock(mutex_);
  for (PersistentQueryPtr& existing : queries_) {
    if (existing->id == query->id) {
      existing = std::move(query);  // a replaced query keeps its place in the order
      return;
    }
  }
  queries_.push_back(std::move(query));
}

void Catalog::remove_query(const std::string& id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(queries_, [&](const auto& query) { return query->id == id; });
}

std::vector<std::string> Catalog::readers_of(const std::string& source) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const PersistentQueryPtr& query : queries_) {
    if (std::find(query->sources.begin(), query->sources.end(), source) != query->sources.end())
      ids.push_back(query->id);
  }
  return ids;
}

std::vector<std::string> Catalog::writers_of(const std::string& source) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const PersistentQueryPtr& query : queries_) {
    if (query->sink == source) ids.push_back(query->id);
  }
  return ids;
}

TypePtr Catalog::find_type(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = types_.find(name);
  return found == types_.end() ? nullptr : found->second;
}

std::map<std::string, TypePtr> Catalog::types() const {
  const std::lock_guard lock(mutex_);
  return types_;
}

void Catalog::put_type(const std::string& name, TypePtr type) {
  const std::lock_guard lock(mutex_);
  types_[name] = std::move(type);
}

void Catalog::remove_type(const std::string& name) {
  const std::lock_guard lock(mutex_);
  types_.erase(name);
}

int64_t Catalog::next_query_number() {
  const std::lock_guard lock(mutex_);
  return next_query_number_++;
}

void Catalog::observe_query_id(const std::string& id) {
  const size_t underscore = id.rfind('_');
  if (underscore == std::string::npos) return;
  int64_t number = 0;
  const char* end = id.data() + id.size();
  const auto [stop, error] = std::from_chars(id.data() + underscore + 1, end, number);
  if (error != std::errc() || stop != end || number < 0) return;  // a user's own QUERY_ID
  const std::lock_guard lock(mutex_);
  next_query_number_ = std::max(next_query_number_, number + 1);
}

std::vector<std::string> Catalog::source_names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  names.reserve(sources_.size());
  for (const auto& [name, source] : sources_) names.push_back(name);
  return names;
}

}  // namespace weir
