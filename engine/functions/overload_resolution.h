// Which of several signatures a call means. Shared by scalar, aggregate and table functions. No state; any thread.
//
// The rules are ksqlDB's: first the signatures that take the arguments' types as they are; only if there is none, those
// that take them after implicit casts. Of several that fit, prefer in this order: without a variadic parameter; more
// parameters; fewer parameters with type variables; no ANY...; the variadic parameter further right. What is still
// undecided is ambiguous.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/functions/type_pattern.h"

namespace weir {

struct SignatureView {
  std::span<const TypePatternPtr> parameters;
  int variadic = -1;
  // Parameters' names and texts, may be shorter than the parameters; for messages.
  std::span<const std::pair<std::string, std::string>> docs;
};

struct OverloadChoice {
  size_t index = 0;
  TypeBindings bindings;
  std::vector<const TypePattern*> parameters;  // one for each argument, the variadic one repeated
};

// `name` is for messages. A nullptr argument type stands for a lambda with lambda_inputs[i] arguments. Throws
// std::invalid_argument: no signature fits, or several do equally well; the message names the function, the argument
// types, and the signatures that exist.
OverloadChoice choose_overload(const std::string& name, std::span<const SignatureView> signatures,
                               std::span<const TypePtr> arguments, std::span<const size_t> lambda_inputs = {});

// "SUBSTRING(STRING text, INTEGER position)"
std::string signature_to_string(const std::string& name, const SignatureView& signature);
// "(STRING, INTEGER)"; a bare NULL is null.
std::string argument_types_to_string(std::span<const TypePtr> arguments);

}  // namespace weir
