#include "engine/sql/grammar_walk.h"

#include <algorithm>

namespace weir::sql {

namespace {

using antlr4::atn::ATNState;
using antlr4::atn::PrecedencePredicateTransition;
using antlr4::atn::RuleTransition;
using antlr4::atn::Transition;

bool takes_token(const Transition& transition, size_t token_type, size_t max_token_type) {
  return !transition.isEpsilon() && transition.matches(token_type, 0, max_token_type);
}

}  // namespace

GrammarWalk::GrammarWalk(const antlr4::atn::ATN& atn, size_t start_rule)
    : atn_(atn), max_token_type_(atn.maxTokenType) {
  auto root = std::make_shared<Call>();
  root->rule = start_rule;
  close({atn_.ruleToStartState[start_rule], root}, 0, start_);
}

GrammarWalk::Places GrammarWalk::step(const Places& places, size_t token_type, size_t index) {
  Places next;
  visited_.clear();
  calls_.clear();
  for (const Place& place : places) {
    for (const Transition* transition : place.state->transitions) {
      if (takes_token(*transition, token_type, max_token_type_))
        close({transition->target, place.call}, index + 1, next);
    }
  }
  return next;
}

bool GrammarWalk::accepts(const Places& places, size_t token_type) const {
  return std::any_of(places.begin(), places.end(), [&](const Place& place) {
    return std::any_of(
        place.state->transitions.begin(), place.state->transitions.end(),
        [&](const Transition* transition) { return takes_token(*transition, token_type, max_token_type_); });
  });
}

size_t GrammarWalk::accepted_run(Places places, const std::vector<size_t>& token_types, size_t index) {
  for (size_t i = 0; i < token_types.size(); ++i) {
    if (!accepts(places, token_types[i])) return i;
    places = step(places, token_types[i], index + i);
  }
  return token_types.size();
}

std::vector<size_t> GrammarWalk::taken_at(const Place& place) const {
  std::vector<size_t> types;
  for (const Transition* transition : place.state->transitions) {
    if (transition->isEpsilon()) continue;
    for (const ssize_t type : transition->label().toList()) types.push_back(static_cast<size_t>(type));
  }
  return types;
}

void GrammarWalk::close(const Place& from, size_t index, Places& places) {
  Places open{from};
  while (!open.empty()) {
    const Place place = std::move(open.back());
    open.pop_back();
    if (!visited_.emplace(place.state, place.call.get()).second) continue;
    if (const_cast<ATNState*>(place.state)->getStateType() == ATNState::RULE_STOP) {
      for (const Caller& caller : place.call->callers) open.push_back({caller.follow, caller.call});
      continue;
    }
    bool takes = false;
    // Backwards, so that the stack gives them in the grammar's order.
    for (auto next = place.state->transitions.rbegin(); next != place.state->transitions.rend(); ++next) {
      const Transition* transition = *next;
      switch (transition->getSerializationType()) {
        case Transition::RULE:
          open.push_back(
              {transition->target, enter(static_cast<const RuleTransition&>(*transition), place.call, index)});
          break;
        case Transition::PRECEDENCE:
          if (static_cast<const PrecedencePredicateTransition&>(*transition).precedence >= place.call->precedence) {
            open.push_back({transition->target, place.call});
          }
          break;
        case Transition::EPSILON:
        case Transition::PREDICATE:
        case Transition::ACTION:
          open.push_back({transition->target, place.call});
          break;
        default:
          takes = true;
      }
    }
    if (takes) places.push_back(place);
  }
}

std::shared_ptr<const GrammarWalk::Call> GrammarWalk::enter(const RuleTransition& transition,
                                                            const std::shared_ptr<const Call>& caller, size_t index) {
  const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const std::shared_ptr<Call>& call) {
    return call->rule == transition.ruleIndex && call->precedence == transition.precedence;
  });
  if (found != calls_.end()) {
    (*found)->callers.push_back({transition.followState, caller});
    return *found;
  }
  auto call = std::make_shared<Call>();
  call->rule = transition.ruleIndex;
  call->precedence = transition.precedence;
  call->began_at = index;
  call->callers.push_back({transition.followState, caller});
  calls_.push_back(call);
  return call;
}

}  // namespace weir::sql
