// The grammar walked token by token along all its alternatives at once, to know exactly which token is the first that
// cannot stand where it stands, and what could. Slower than the parser, so it runs only for texts that the parser
// refused. One thread.
//
// The stacks of all alternatives are kept as one graph, as in generalised LL parsing (Scott and Johnstone, "GLL
// Parsing", 2010): calls of one rule that begin at one token are one node, whoever called it. So ambiguity costs no
// more than the square of the tokens. No rule of the grammar matches nothing, which is why a node's callers are
// complete before it returns.
#pragma once

#include <antlr4-runtime.h>

#include <memory>
#include <unordered_set>
#include <vector>

namespace weir::sql {

class GrammarWalk {
 public:
  struct Call;
  struct Caller {
    const antlr4::atn::ATNState* follow = nullptr;  // where it goes on
    std::shared_ptr<const Call> call;
  };
  // A call of a rule in progress.
  struct Call {
    size_t rule = 0;
    int precedence = 0;
    size_t began_at = 0;          // number of tokens before the call
    std::vector<Caller> callers;  // none for the start rule
  };
  // One place in the grammar where the next token would be taken.
  struct Place {
    const antlr4::atn::ATNState* state = nullptr;
    std::shared_ptr<const Call> call;  // never null
  };
  using Places = std::vector<Place>;

  GrammarWalk(const antlr4::atn::ATN& atn, size_t start_rule);

  const Places& start() const { return start_; }
  // The places after a token of that type, which is the `index`-th (from 0); empty when it cannot stand there.
  Places step(const Places& places, size_t token_type, size_t index);
  bool accepts(const Places& places, size_t token_type) const;
  // How many of the token types are taken one after the other, up to all of them.
  size_t accepted_run(Places places, const std::vector<size_t>& token_types, size_t index);

  // The token types that a place takes.
  std::vector<size_t> taken_at(const Place& place) const;

 private:
  struct PlaceHash {
    size_t operator()(const std::pair<const antlr4::atn::ATNState*, const Call*>& place) const {
      return std::hash<const void*>()(place.first) * 31 + std::hash<const void*>()(place.second);
    }
  };

  // Adds all places that are reached from there without taking a token.
  void close(const Place& from, size_t index, Places& places);
  // The node for a call of the rule that begins at `index`, made if there is none, with one caller more.
  std::shared_ptr<const Call> enter(const antlr4::atn::RuleTransition& transition,
                                    const std::shared_ptr<const Call>& caller, size_t index);

  const antlr4::atn::ATN& atn_;
  const size_t max_token_type_;
  Places start_;
  // Of the step in progress:
  std::vector<std::shared_ptr<Call>> calls_;
  std::unordered_set<std::pair<const antlr4::atn::ATNState*, const Call*>, PlaceHash> visited_;
};

}  // namespace weir::sql
