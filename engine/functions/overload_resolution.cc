#include "engine/functions/overload_resolution.h"

#include <cctype>
#include <optional>
#include <stdexcept>
#include <tuple>

namespace weir {
namespace {

std::string lower_case_name(std::string name) {
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

// The pattern for each of `count` arguments, or nothing when the signature can't take so many.
std::optional<std::vector<const TypePattern*>> spread_parameters(const SignatureView& signature, size_t count) {
  const size_t declared = signature.parameters.size();
  if (signature.variadic < 0 ? count != declared : count + 1 < declared) return std::nullopt;
  std::vector<const TypePattern*> spread;
  for (size_t i = 0; i < declared; ++i) {
    const bool repeated = static_cast<int>(i) == signature.variadic;
    // As many as are left over by the other parameters, possibly none.
    const size_t times = repeated ? count + 1 - declared : 1;
    spread.insert(spread.end(), times, signature.parameters[i].get());
  }
  return spread;
}

std::optional<OverloadChoice> match_signature(const SignatureView& signature, std::span<const TypePtr> arguments,
                                              std::span<const size_t> lambda_inputs, ImplicitCasts casts) {
  auto spread = spread_parameters(signature, arguments.size());
  if (!spread) return std::nullopt;
  OverloadChoice choice;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const TypePattern& pattern = *(*spread)[i];
    if (!pattern.accepts(arguments[i], choice.bindings, casts)) return std::nullopt;
    if (!arguments[i] && pattern.children().size() != lambda_inputs[i] + 1) return std::nullopt;
  }
  choice.parameters = std::move(*spread);
  return choice;
}

// Greater is better.
using OverloadRank = std::tuple<bool, size_t, int, bool, int>;

OverloadRank rank_of(const SignatureView& signature) {
  int open = 0;
  bool any_variadic = false;
  for (size_t i = 0; i < signature.parameters.size(); ++i) {
    const TypePattern& pattern = *signature.parameters[i];
    const bool variadic = static_cast<int>(i) == signature.variadic;
    const bool variadic_any = variadic && pattern.kind() == TypePattern::Kind::kAny;
    any_variadic |= variadic_any;
    if (pattern.has_variables() || variadic_any) ++open;
  }
  return {signature.variadic < 0, signature.parameters.size(), -open, !any_variadic, signature.variadic};
}

std::string list_of_signatures(const std::string& name, std::span<const SignatureView> signatures) {
  std::string out;
  for (const SignatureView& signature : signatures) out += "\n  " + signature_to_string(name, signature);
  return out;
}

}  // namespace

std::string signature_to_string(const std::string& name, const SignatureView& signature) {
  std::string out = name + "(";
  for (size_t i = 0; i < signature.parameters.size(); ++i) {
    if (i > 0) out += ", ";
    out += signature.parameters[i]->to_string();
    if (static_cast<int>(i) == signature.variadic) out += "...";
    if (i < signature.docs.size() && !signature.docs[i].first.empty()) out += " " + signature.docs[i].first;
  }
  return out + ")";
}

std::string argument_types_to_string(std::span<const TypePtr> arguments) {
  std::string out = "(";
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) out += ", ";
    if (!arguments[i]) {
      out += "LAMBDA";
    } else {
      out += arguments[i]->kind() == TypeKind::kNull ? "null" : arguments[i]->to_string();
    }
  }
  return out + ")";
}

OverloadChoice choose_overload(const std::string& name, std::span<const SignatureView> signatures,
                               std::span<const TypePtr> arguments, std::span<const size_t> lambda_inputs) {
  for (ImplicitCasts casts : {ImplicitCasts::kNo, ImplicitCasts::kYes}) {
    std::optional<OverloadChoice> best;
    bool tied = false;
    for (size_t i = 0; i < signatures.size(); ++i) {
      auto choice = match_signature(signatures[i], arguments, lambda_inputs, casts);
      if (!choice) continue;
      choice->index = i;
      if (best) {
        const OverloadRank rank = rank_of(signatures[i]);
        const OverloadRank best_rank = rank_of(signatures[best->index]);
        tied = rank == best_rank || (tied && rank < best_rank);
        if (rank <= best_rank) continue;
      }
      best = std::move(choice);
    }
    if (tied) {
      throw std::invalid_argument(
          "Function '" + lower_case_name(name) + "' is ambiguous for parameters " +
          argument_types_to_string(arguments) +
          ". CAST the arguments to the types of one of its signatures:" + list_of_signatures(name, signatures));
    }
    if (best) return std::move(*best);
  }
  throw std::invalid_argument(
      "Function '" + lower_case_name(name) + "' does not accept parameters " + argument_types_to_string(arguments) +
      ". CAST the arguments to the types of one of its signatures:" + list_of_signatures(name, signatures));
}

}  // namespace weir
