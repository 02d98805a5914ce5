// What could stand at a place of the grammar, as a message says it. Any thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/sql/grammar_walk.h"

namespace weir::sql {

class ExpectedWords {
 public:
  // `index` tokens were taken before the places.
  ExpectedWords(const GrammarWalk& walk, const GrammarWalk::Places& places, size_t index);

  // "an expression", "FROM, ',' or AS": at most six alternatives; what is always possible is left out where there are
  // more telling ones. Empty when nothing can be said.
  std::string phrase() const;
  // Keywords that mean something of their own there, not as names.
  const std::vector<std::string>& keywords() const { return keywords_; }
  bool name_possible() const { return name_possible_; }
  bool takes(size_t token_type) const { return types_.contains(token_type); }

 private:
  // What the rules that begin right at the place say of it.
  struct Naming {
    const char* category = nullptr;
    const char* optional = nullptr;
    size_t clause_rule = 0;
    bool in_clause = false;
    bool is_name = false;
    auto operator<=>(const Naming&) const = default;
  };

  void add(const GrammarWalk& walk, const GrammarWalk::Place& place, size_t index);
  void add_named(const std::vector<size_t>& types, const Naming& naming, size_t rule);
  void add_token(size_t type, size_t rule);
  void add_phrase(std::vector<std::string>& to, const std::string& phrase);

  std::vector<std::string> categories_;  // "an expression"
  std::vector<std::string> tokens_;      // "FROM", "','"
  std::vector<std::string> clauses_;     // WHERE, GROUP BY …: what a query may go on with
  std::vector<std::string> optional_;    // an operator, an alias: said only where there is nothing else
  std::vector<std::string> keywords_;
  std::set<size_t> types_;
  bool end_possible_ = false;
  bool name_possible_ = false;
};

}  // namespace weir::sql
