#include "engine/sql/expected_words.h"

#include <algorithm>

#include "WeirSqlParser.h"
#include "engine/sql/keyword_table.h"

namespace weir::sql {

namespace {

using grammar::WeirSqlParser;

// What a message calls the beginning of a rule; null for rules that have no word of their own.
const char* rule_phrase(size_t rule) {
  switch (rule) {
    case WeirSqlParser::RuleStatement:
    case WeirSqlParser::RuleTestStatement:
      return "a statement such as SELECT, CREATE, INSERT, SHOW or DESCRIBE";
    case WeirSqlParser::RuleQuery:
      return "a SELECT";
    case WeirSqlParser::RuleCommonTable:
      return "a name for the query that follows";
    case WeirSqlParser::RuleSourceName:
    case WeirSqlParser::RuleDescribeTarget:
      return "the name of a stream or table";
    case WeirSqlParser::RuleRelation:
      return "a stream, a table or a query in parentheses";
    case WeirSqlParser::RuleColumnName:
    case WeirSqlParser::RuleTableElement:
    case WeirSqlParser::RuleAddedColumn:
      return "a column's name";
    case WeirSqlParser::RuleObjectName:
    case WeirSqlParser::RuleIdentifier:
    case WeirSqlParser::RulePlainName:
      return "a name";
    case WeirSqlParser::RuleVariableName:
      return "a variable's name";
    case WeirSqlParser::RuleQueryId:
      return "a query's id";
    case WeirSqlParser::RuleTopicName:
      return "a topic's name";
    case WeirSqlParser::RuleFieldName:
    case WeirSqlParser::RuleStructField:
    case WeirSqlParser::RuleStructTypeField:
      return "a field's name";
    case WeirSqlParser::RuleFunctionName:
      return "a function's name";
    case WeirSqlParser::RuleLambdaParameter:
      return "the name of a lambda's argument";
    case WeirSqlParser::RuleSelectItem:
      return "an expression or *";
    case WeirSqlParser::RuleExpression:
    case WeirSqlParser::RuleValueExpression:
    case WeirSqlParser::RulePrimary:
    case WeirSqlParser::RuleArgument:
    case WeirSqlParser::RuleMapEntry:
    case WeirSqlParser::RuleGroupingList:
      return "an expression";
    case WeirSqlParser::RuleValueList:
      return "a list of values in parentheses";
    case WeirSqlParser::RuleTypeName:
    case WeirSqlParser::RuleSimpleType:
      return "a type";
    case WeirSqlParser::RuleProperty:
    case WeirSqlParser::RulePropertyName:
      return "a property's name";
    case WeirSqlParser::RulePropertyString:
      return "a string in single quotes";
    case WeirSqlParser::RuleLiteral:
      return "a value (a number, a string in single quotes, TRUE, FALSE or NULL)";
    case WeirSqlParser::RuleDuration:
      return "a duration such as 5 MINUTES";
    case WeirSqlParser::RuleTimeUnit:
      return "a unit of time (DAYS, HOURS, MINUTES, SECONDS or MILLISECONDS)";
    case WeirSqlParser::RuleWholeNumber:
      return "a whole number";
    case WeirSqlParser::RuleShowTarget:
      return "what to show (STREAMS, TABLES, QUERIES, TOPICS, FUNCTIONS, TYPES, PROPERTIES …)";
    default:
      return nullptr;
  }
}

// Rules that may begin nearly everywhere behind something else.
const char* optional_rule_phrase(size_t rule) {
  switch (rule) {
    case WeirSqlParser::RulePredicate:
    case WeirSqlParser::RuleComparisonOperator:
      return "an operator";
    case WeirSqlParser::RuleBareAlias:
    case WeirSqlParser::RuleRelationAlias:
      return "an alias";
    case WeirSqlParser::RuleArraySuffix:
      return "ARRAY";
    case WeirSqlParser::RuleStartPosition:
      return "AT";
    case WeirSqlParser::RuleWindowName:
      return "a window's name";
    case WeirSqlParser::RuleIfExists:
    case WeirSqlParser::RuleIfNotExists:
      return "";
    default:
      return nullptr;
  }
}

const char* clause_phrase(size_t rule, size_t token_type) {
  switch (rule) {
    case WeirSqlParser::RuleJoinedRelation:
      return token_type == WeirSqlParser::JOIN ? "JOIN" : "";
    case WeirSqlParser::RuleWindowClause:
      return "WINDOW";
    case WeirSqlParser::RuleGroupBy:
      return "GROUP BY";
    case WeirSqlParser::RulePartitionBy:
      return "PARTITION BY";
    case WeirSqlParser::RuleHaving:
      return "HAVING";
    case WeirSqlParser::RuleEmitClause:
      return "EMIT";
    case WeirSqlParser::RuleLimitClause:
      return "LIMIT";
    default:
      return nullptr;
  }
}

bool continues_expression(size_t token_type, size_t rule) {
  switch (rule) {
    case WeirSqlParser::RuleExpression:
    case WeirSqlParser::RuleValueExpression:
      return true;
    case WeirSqlParser::RulePrimary:
      return token_type == WeirSqlParser::LEFT_PAREN || token_type == WeirSqlParser::LEFT_BRACKET ||
             token_type == WeirSqlParser::DOT || token_type == WeirSqlParser::ARROW;
    case WeirSqlParser::RuleSelectItem:
      return token_type == WeirSqlParser::DOT;
    default:
      return false;
  }
}

std::string join_alternatives(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace

ExpectedWords::ExpectedWords(const GrammarWalk& walk, const GrammarWalk::Places& places, size_t index) {
  for (const GrammarWalk::Place& place : places) add(walk, place, index);
  std::sort(keywords_.begin(), keywords_.end());
  keywords_.erase(std::unique(keywords_.begin(), keywords_.end()), keywords_.end());
}

void ExpectedWords::add_phrase(std::vector<std::string>& to, const std::string& phrase) {
  if (!phrase.empty() && std::find(to.begin(), to.end(), phrase) == to.end()) to.push_back(phrase);
}

void ExpectedWords::add(const GrammarWalk& walk, const GrammarWalk::Place& place, size_t index) {
  // From the place up through the rules that begin right here, by every way; the outermost comes last, and the widest
  // word for the place is the best one.
  struct Step {
    const GrammarWalk::Call* call;
    Naming naming;
    auto operator<=>(const Step&) const = default;
  };
  const std::vector<size_t> types = walk.taken_at(place);
  std::vector<Step> open{{place.call.get(), {}}};
  std::set<Step> seen;
  while (!open.empty()) {
    Step step = open.back();
    open.pop_back();
    if (!seen.insert(step).second) continue;
    if (step.call->began_at != index || step.call->callers.empty()) {
      add_named(types, step.naming, place.call->rule);
      continue;
    }
    const size_t rule = step.call->rule;
    Naming& naming = step.naming;
    if (const char* phrase = rule_phrase(rule)) naming.category = phrase;
    if (const char* phrase = optional_rule_phrase(rule)) naming.optional = phrase;
    if (clause_phrase(rule, 0)) {
      naming.in_clause = true;
      naming.clause_rule = rule;
    }
    naming.is_name = naming.is_name || rule == WeirSqlParser::RuleIdentifier || rule == WeirSqlParser::RulePlainName;
    for (const GrammarWalk::Caller& caller : step.call->callers) open.push_back({caller.call.get(), naming});
  }
}

void ExpectedWords::add_named(const std::vector<size_t>& types, const Naming& naming, size_t rule) {
  name_possible_ = name_possible_ || naming.is_name;
  for (const size_t type : types) {
    types_.insert(type);
    if (!naming.is_name && KeywordTable::instance().is_keyword(type))
      keywords_.push_back(KeywordTable::instance().word(type));
    if (naming.optional) {
      add_phrase(optional_, naming.optional);
    } else if (naming.in_clause) {
      add_phrase(clauses_, clause_phrase(naming.clause_rule, type));
    } else if (naming.category) {
      add_phrase(categories_, naming.category);
    } else {
      add_token(type, rule);
    }
  }
}

void ExpectedWords::add_token(size_t type, size_t rule) {
  if (type == antlr4::Token::EOF) {
    end_possible_ = true;
  } else if (type == WeirSqlParser::WHERE && rule == WeirSqlParser::RuleQuery) {
    add_phrase(clauses_, "WHERE");
  } else if (continues_expression(type, rule)) {
    add_phrase(optional_, "an operator");
  } else if (type == WeirSqlParser::AS &&
             (rule == WeirSqlParser::RuleSelectItem || rule == WeirSqlParser::RuleRelation)) {
    add_phrase(optional_, "an alias");
  } else if (type == WeirSqlParser::LEFT_PAREN && rule == WeirSqlParser::RuleSimpleType) {
    add_phrase(optional_, "'('");
  } else if (rule == WeirSqlParser::RuleTableElement && KeywordTable::instance().is_keyword(type)) {
    add_phrase(optional_, type == WeirSqlParser::PRIMARY ? "" : KeywordTable::instance().word(type));
  } else {
    add_phrase(tokens_, KeywordTable::instance().describe(type));
  }
}

std::string ExpectedWords::phrase() const {
  constexpr size_t kMostAlternatives = 6;
  std::vector<std::string> words = categories_;
  words.insert(words.end(), tokens_.begin(), tokens_.end());
  if (clauses_.size() > 3) {
    words.push_back("another clause (" + join_alternatives(clauses_) + ")");
  } else {
    words.insert(words.end(), clauses_.begin(), clauses_.end());
  }
  if (words.size() + optional_.size() < 3) words.insert(words.end(), optional_.begin(), optional_.end());
  if (words.size() > kMostAlternatives) {
    words.resize(kMostAlternatives - 1);
    words.push_back("others");
  }
  if (end_possible_) words.push_back("the end of the statement");
  return join_alternatives(words);
}

}  // namespace weir::sql
