// Every aggregate of the registry over columns of the common types: CPU time per row that is added to a group.
#include <benchmark/benchmark.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/functions/registry.h"

namespace weir {
namespace {

constexpr uint32_t kRows = 1024, kGroups = 64;

struct Call {
  FunctionBinding binding;
  const AggregateOverload* overload;
};

void fill(Column& column, const std::optional<Value>& literal, Arena& arena) {
  for (uint32_t row = 0; row < kRows; ++row) {
    const int64_t number = row * 7919 % 1000;
    if (literal) {
      column.append_value(*literal, arena);
      continue;
    }
    switch (column.type()->kind()) {
      case TypeKind::kInt:
        column.append<int32_t>(static_cast<int32_t>(number));
        break;
      case TypeKind::kBigint:
        column.append<int64_t>(number);
        break;
      case TypeKind::kDouble:
        column.append<double>(static_cast<double>(number) * 0.37);
        break;
      case TypeKind::kDecimal:
        column.append<Int128>(number);
        break;
      case TypeKind::kString:
        column.append<std::string_view>(arena.copy("order-" + std::to_string(number)));
        break;
      default:
        if (column.type()->element()->kind() == TypeKind::kDouble) {
          column.append_value(Value(ValueList{Value(0.5), Value(1.5)}), arena);
        } else {
          column.append_value(Value(ValueList{Value(number), Value(number + 1)}), arena);
        }
    }
  }
}

// Sixteen rows are added to each of 64 new groups, in turn, and each group's result is taken after each of its rows.
void add_rows(benchmark::State& state, const Call& call) {
  Arena inputs, arena;
  RowErrors errors;
  EvalContext context{arena, errors};
  std::vector<std::unique_ptr<Column>> columns;
  std::vector<const Column*> args;
  for (size_t i = 0; i < call.binding.types.size(); ++i) {
    columns.push_back(std::make_unique<Column>(call.binding.types[i]));
    fill(*columns.back(), call.binding.literals[i], inputs);
    args.push_back(columns.back().get());
  }
  const auto aggregate = call.overload->make(call.binding);
  std::string initial, next;
  aggregate->initialize(initial);
  std::vector<std::string> groups(kGroups);
  int64_t arrival = 0;
  for (auto _ : state) {
    for (std::string& group : groups) group = initial;
    Column results(call.binding.return_type);
    for (uint32_t row = 0; row < kRows; ++row) {
      std::string& group = groups[row % kGroups];
      next.clear();
      aggregate->add(group, {context, args, row, arrival++}, next);
      group.swap(next);
      aggregate->result(group, results, arena);
    }
    benchmark::DoNotOptimize(results.size());
    arena.reset();
    errors.clear();
  }
  state.counters["per_row"] = benchmark::Counter(static_cast<double>(state.iterations()) * kRows,
                                                 benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

struct Arguments {
  std::vector<TypePtr> types;
  std::vector<std::optional<Value>> literals;
};

std::vector<Arguments> usual_arguments() {
  std::vector<Arguments> out{{{}, {}}};
  const TypePtr types[] = {Type::integer(),
                           Type::bigint(),
                           Type::float64(),
                           Type::string(),
                           Type::decimal(10, 2),
                           Type::array(Type::integer()),
                           Type::array(Type::bigint()),
                           Type::array(Type::float64())};
  for (const TypePtr& type : types) {
    out.push_back({{type}, {std::nullopt}});
    out.push_back({{type, Type::integer()}, {std::nullopt, Value(5)}});
    out.push_back({{type, type}, {std::nullopt, std::nullopt}});
  }
  return out;
}

// A benchmark for each overload that takes such arguments as they are.
void register_function(const FunctionRegistry& registry, const AggregateFunction& function) {
  bool any = false;
  for (const Arguments& given : usual_arguments()) {
    ResolvedAggregate resolved;
    try {
      resolved = registry.resolve(function, given.types, given.literals);
    } catch (const std::invalid_argument&) {
      continue;
    }
    std::string name = function.name + "(";
    // Casts are the expressions' own, and who binds a call sees to it that literals stand where they must.
    bool exact = resolved.overload->literals == 0 || (!given.literals.empty() && given.literals.back());
    for (size_t i = 0; i < given.types.size(); ++i) {
      exact = exact && *given.types[i] == *resolved.parameter_types[i];
      name += (i == 0 ? "" : ", ") + (given.literals[i] ? std::string("5") : given.types[i]->to_string());
    }
    if (!exact) continue;
    const Call call{{resolved.parameter_types, given.literals, resolved.return_type}, resolved.overload};
    benchmark::RegisterBenchmark((name + ")").c_str(), [call](benchmark::State& state) { add_rows(state, call); });
    any = true;
  }
  if (!any) throw std::logic_error("no arguments here that " + function.name + " takes");
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
  const auto registry = weir::FunctionRegistry::standard();
  for (const weir::AggregateFunction* function : registry->aggregates()) weir::register_function(*registry, *function);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
