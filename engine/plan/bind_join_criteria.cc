// ON of a join: the equalities that become its key, and the conditions that are left for pairs of rows with equal keys.
#include <algorithm>
#include <set>

#include "engine/plan/cast_rules.h"
#include "engine/plan/expression_rewriter.h"
#include "engine/plan/logical_plan.h"
#include "engine/plan/messages.h"
#include "engine/sql/formatter.h"

namespace weir {

namespace {

// An equality between the joined source and one before it, its sides in the order of the sources.
struct KeyCandidate {
  sql::ExprPtr left, right;
  TypePtr left_type, right_type;
  sql::ExprPtr condition;
  bool used = false;

  bool same_types() const { return same_type(left_type, right_type); }
};

void split_conjunction(const sql::ExprPtr& e, std::vector<sql::ExprPtr>& out) {
  if (e->kind == sql::ExprKind::kLogical && static_cast<const sql::Logical&>(*e).is_and) {
    split_conjunction(static_cast<const sql::Logical&>(*e).left, out);
    split_conjunction(static_cast<const sql::Logical&>(*e).right, out);
  } else if (!has_expression(out, e)) {
    out.push_back(e);
  }
}

// The sources whose columns the expression uses.
std::set<int> sources_in(const QueryScope& scope, const sql::ExprPtr& resolved) {
  std::set<int> out;
  visit_columns(resolved, [&](const sql::ColumnRef& ref) {
    if (const auto id = scope.id_of(ref)) out.insert(id->source);
  });
  return out;
}

const sql::Comparison* as_equality(const sql::ExprPtr& e) {
  if (e->kind != sql::ExprKind::kComparison) return nullptr;
  const auto& comparison = static_cast<const sql::Comparison&>(*e);
  return comparison.op == sql::CompareOp::kEqual ? &comparison : nullptr;
}

int only_source(const QueryScope& scope, const sql::ExprPtr& side, const sql::Expr& criteria) {
  const std::set<int> sources = sources_in(scope, side);
  if (sources.size() != 1) {
    refuse("'" + sql::to_sql(*side) + "' in the join criterion '" + sql::to_sql(criteria) +
               "' must use columns of exactly one source, but uses " + (sources.empty() ? "none." : "several."),
           side->pos);
  }
  return *sources.begin();
}

void refuse_aggregates(const sql::ExprPtr& criteria, const FunctionRegistry& functions) {
  rewrite_expression(criteria, [&](const sql::ExprPtr& node) -> sql::ExprPtr {
    if (node->kind != sql::ExprKind::kFunction) return nullptr;
    const std::string& name = static_cast<const sql::FunctionCall&>(*node).name.name;
    if (functions.find_aggregate(name)) {
      refuse("ON compares single rows, so it can't use the aggregate function " + name +
                 ". Put a condition on groups into HAVING, or aggregate in a sub-query and join its result.",
             node->pos);
    }
    if (functions.find_table_function(name) && !functions.find(name)) {
      refuse("ON compares single rows, so it can't use the table function " + name + ", which makes several of one.",
             node->pos);
    }
    return nullptr;
  });
}

class CriteriaBinder {
 public:
  CriteriaBinder(const sql::Join& statement, const QueryScope& scope, const LogicalJoinKey& before, LogicalJoin& join)
      : statement_(statement), scope_(scope), before_(before), join_(join) {}

  void bind() {
    criteria_ = scope_.resolve(statement_.criteria, "JOIN ON", join_.right_source + 1);
    split_conjunction(criteria_, conditions_);
    for (const sql::ExprPtr& condition : conditions_) add_candidate(condition);
    if (candidates_.empty()) refuse_without_equality();
    if (is_table(join_.right_source)) {
      if (!is_table(0) || !take_primary_keys()) take_right_primary_key();
    } else {
      take_stream_key();
    }
    for (const LogicalJoin::Equality& key : join_.keys) {
      if (!contains_map(*key.type)) continue;
      refuse("The join is on " + scope_.bind(key.left)->text + " of type " + key.type->to_string() +
                 ": a key can't have a MAP in it, because equal maps may be written as different bytes.",
             criteria_->pos);
    }
    bind_residual();
  }

 private:
  bool is_table(int source) const { return scope_.sources()[source].source->kind == sql::SourceKind::kTable; }

  void add_candidate(const sql::ExprPtr& condition) {
    const sql::Comparison* equality = as_equality(condition);
    if (!equality) return;
    const std::set<int> left = sources_in(scope_, equality->left), right = sources_in(scope_, equality->right);
    const bool on_right = right == std::set<int>{join_.right_source},
               on_left = left == std::set<int>{join_.right_source};
    if (left.size() != 1 || right.size() != 1 || on_left == on_right) return;
    KeyCandidate candidate;
    candidate.left = on_right ? equality->left : equality->right;
    candidate.right = on_right ? equality->right : equality->left;
    candidate.left_type = scope_.bind(candidate.left)->type;
    candidate.right_type = scope_.bind(candidate.right)->type;
    candidate.condition = condition;
    candidates_.push_back(std::move(candidate));
  }

  [[noreturn]] void refuse_without_equality() const {
    const sql::ExprPtr* first = nullptr;
    for (const sql::ExprPtr& condition : conditions_) {
      if (!first && as_equality(condition)) first = &condition;
    }
    if (!first) {
      refuse_unsupported("A join without an equality of both sides (" + sql::to_sql(*criteria_) + ")", criteria_->pos,
                         "Join ON left = right; other conditions may stand beside it with AND.");
    }
    const sql::Comparison& equality = *as_equality(*first);
    only_source(scope_, equality.left, **first);
    only_source(scope_, equality.right, **first);
    refuse("The join criterion '" + sql::to_sql(**first) + "' must compare a column of '" +
               scope_.sources()[join_.right_source].alias + "' with one of a source before it.",
           (*first)->pos);
  }

  void take(KeyCandidate& candidate) {
    if (!candidate.same_types()) {
      refuse("The two sides of the join criterion must be of the same type, but " + sql::to_sql(*candidate.left) +
                 " is " + candidate.left_type->to_string() + " and " + sql::to_sql(*candidate.right) + " is " +
                 candidate.right_type->to_string() + ". CAST one of them.",
             candidate.condition->pos);
    }
    candidate.used = true;
    join_.keys.push_back({candidate.left, candidate.right, candidate.left_type});
  }

  std::vector<sql::ExprPtr> right_key() const {
    const ScopeSource& source = scope_.sources()[join_.right_source];
    std::vector<sql::ExprPtr> out;
    for (size_t c = 0; c < source.columns.size(); ++c) {
      if (source.columns[c].key) out.push_back(scope_.reference({join_.right_source, static_cast<int>(c)}, source.pos));
    }
    return out;
  }

  template <typename Fits>
  KeyCandidate* find(const Fits& fits) {
    const auto found = std::find_if(candidates_.begin(), candidates_.end(),
                                    [&](const KeyCandidate& candidate) { return !candidate.used && fits(candidate); });
    return found == candidates_.end() ? nullptr : &*found;
  }

  // Two tables, if ON has all of both primary keys.
  bool take_primary_keys() {
    const std::vector<sql::ExprPtr> right = right_key();
    std::vector<KeyCandidate*> found;
    std::vector<sql::ExprPtr> left_of;
    for (const LogicalJoinKey::Column& column : before_.columns) {
      KeyCandidate* candidate = find([&](const KeyCandidate& c) {
        return has_expression(column.equivalent, c.left) && has_expression(right, c.right) &&
               !has_expression(left_of, c.right);
      });
      if (!candidate) return false;
      found.push_back(candidate);
      left_of.push_back(candidate->right);
    }
    if (found.empty() || found.size() != right.size()) return false;
    for (KeyCandidate* candidate : found) take(*candidate);
    return true;
  }

  void take_right_primary_key() {
    std::vector<KeyCandidate*> found;
    const std::vector<sql::ExprPtr> key = right_key();
    for (const sql::ExprPtr& column : key) {
      KeyCandidate* candidate = find([&](const KeyCandidate& c) { return sql::equal(*c.right, *column); });
      if (!candidate) refuse_partial_key(key);
      found.push_back(candidate);
    }
    for (KeyCandidate* candidate : found) take(*candidate);
  }

  [[noreturn]] void refuse_partial_key(const std::vector<sql::ExprPtr>& key) const {
    std::vector<std::string> names, others;
    for (const sql::ExprPtr& column : key) names.push_back(static_cast<const sql::ColumnRef&>(*column).name.name);
    for (const KeyCandidate& candidate : candidates_) {
      if (!has_expression(key, candidate.right)) others.push_back(sql::to_sql(*candidate.right));
    }
    std::string keys = list_names(names, "and");
    if (!others.empty()) keys += ", not " + list_names(others, "and");
    refuse("The join criterion '" + sql::to_sql(*criteria_) + "' must have the whole primary key of the table `" +
               scope_.sources()[join_.right_source].alias + "` on its side: " + keys + "." +
               (key.size() > 1 ? " Write one equality for each of the key's columns, with AND between them." : ""),
           statement_.criteria->pos);
  }

  // Rows meet by the key that one of the streams has already, so that it stays where it is; if none has, by all
  // equalities.
  void take_stream_key() {
    std::vector<KeyCandidate*> found;
    const auto cover = [&](size_t columns, const auto& fits) {
      found.clear();
      for (size_t i = 0; i < columns; ++i) {
        KeyCandidate* candidate = find([&](const KeyCandidate& c) { return c.same_types() && fits(c, i); });
        if (!candidate) return false;
        found.push_back(candidate);
      }
      return columns > 0;
    };
    const std::vector<sql::ExprPtr> right = right_key();
    const bool right_is_keyed = scope_.sources()[join_.right_source].partitioned_by_key;
    const bool covered =
        cover(before_.columns.size(),
              [&](const KeyCandidate& c, size_t i) { return has_expression(before_.columns[i].equivalent, c.left); }) ||
        (right_is_keyed &&
         cover(right.size(), [&](const KeyCandidate& c, size_t i) { return sql::equal(*c.right, *right[i]); }));
    if (!covered) {
      found.clear();
      for (KeyCandidate& candidate : candidates_) {
        if (candidate.same_types()) found.push_back(&candidate);
      }
    }
    if (found.empty()) found.push_back(&candidates_.front());
    for (KeyCandidate* candidate : found) take(*candidate);
  }

  void bind_residual() {
    for (const sql::ExprPtr& condition : conditions_) {
      const bool used = std::any_of(candidates_.begin(), candidates_.end(), [&](const KeyCandidate& candidate) {
        return candidate.used && candidate.condition == condition;
      });
      if (used) continue;
      const BoundExprPtr bound = scope_.bind(condition);
      if (bound->type->kind() != TypeKind::kBoolean) {
        refuse("ON needs conditions, but " + sql::to_sql(*condition) + " is " + bound->type->to_string() + ".",
               condition->pos);
      }
      if (!join_.residual) {
        join_.residual = condition;
        continue;
      }
      auto both = std::make_shared<sql::Logical>();
      both->left = join_.residual;
      both->right = condition;
      both->pos = criteria_->pos;
      join_.residual = std::move(both);
    }
  }

  const sql::Join& statement_;
  const QueryScope& scope_;
  const LogicalJoinKey& before_;
  LogicalJoin& join_;
  sql::ExprPtr criteria_;
  std::vector<sql::ExprPtr> conditions_;
  std::vector<KeyCandidate> candidates_;
};

}  // namespace

bool has_expression(const std::vector<sql::ExprPtr>& list, const sql::ExprPtr& e) {
  return std::any_of(list.begin(), list.end(), [&](const auto& other) { return sql::equal(*other, *e); });
}

void bind_criteria(const sql::Join& statement, const QueryScope& scope, const LogicalJoinKey& before,
                   const BindContext& context, LogicalJoin& join) {
  if (!statement.criteria) refuse("A join needs ON left = right.", statement.pos);
  // A wrong source is at fault before a column that several have.
  visit_columns(statement.criteria, [&](const sql::ColumnRef& ref) {
    if (ref.qualifier && scope.find_source(ref.qualifier->name) < 0)
      scope.resolve(std::make_shared<sql::ColumnRef>(ref), "JOIN ON");
  });
  refuse_aggregates(statement.criteria, *context.functions);
  CriteriaBinder(statement, scope, before, join).bind();
}

}  // namespace weir
