// A scalar function with one signature, whose description is the function's own. Any thread.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/functions/function.h"

namespace weir {

inline ScalarFunction one_overload(std::string category, std::string name, const std::string& description,
                                   std::string example, std::string signature,
                                   std::vector<std::pair<std::string, std::string>> docs,
                                   std::function<Kernel(const FunctionBinding&)> make_kernel) {
  return {.name = std::move(name),
          .category = std::move(category),
          .description = description,
          .example = std::move(example),
          .overloads = {{.signature = std::move(signature),
                         .description = description,
                         .make_kernel = std::move(make_kernel),
                         .parameter_docs = std::move(docs)}}};
}

}  // namespace weir
