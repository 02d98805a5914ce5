// Functions of geographical coordinates.
#include <cmath>
#include <string_view>

#include "engine/functions/function_lists.h"
#include "engine/functions/kernels.h"

namespace weir {
namespace {

constexpr double kEarthRadiusKilometres = 6371.0;
constexpr double kEarthRadiusMiles = 3959.0;

double radians_of(double degrees) { return degrees * (M_PI / 180.0); }

// The haversine formula: exact enough on a sphere, and stable for small distances.
double great_circle(double latitude1, double longitude1, double latitude2, double longitude2, double radius) {
  const double half_latitude = std::sin(radians_of(latitude2 - latitude1) / 2);
  const double half_longitude = std::sin(radians_of(longitude2 - longitude1) / 2);
  const double a = half_latitude * half_latitude +
                   half_longitude * half_longitude * std::cos(radians_of(latitude1)) * std::cos(radians_of(latitude2));
  return 2 * std::asin(std::sqrt(a)) * radius;
}

// The earth's radius in the unit of that name, in any letter case and with white space around it; in kilometres if it
// is blank.
double radius_in(std::string_view unit) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  std::string_view bare = unit;
  while (!bare.empty() && blank(bare.front())) bare.remove_prefix(1);
  while (!bare.empty() && blank(bare.back())) bare.remove_suffix(1);
  if (bare.empty()) return kEarthRadiusKilometres;
  std::string name;
  for (char c : bare) name += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  for (const char* known : {"km", "kilometer", "kilometers", "kilometre", "kilometres"}) {
    if (name == known) return kEarthRadiusKilometres;
  }
  for (const char* known : {"mi", "mile", "miles"}) {
    if (name == known) return kEarthRadiusMiles;
  }
  throw std::invalid_argument("GEO_DISTANCE knows no unit '" + std::string(unit) + "'; use 'KM' or 'MI'");
}

// radius_of(row): the radius to use, 0 to leave the row NULL. Only the coordinates decide which rows are complete.
template <class RadiusOf>
void geo_distances(KernelCall& call, RadiusOf radius_of) {
  const auto coordinates = [&](uint32_t word) {
    uint64_t bits = ~uint64_t{0};
    for (size_t arg = 0; arg < 4; ++arg) bits &= call.args[arg]->validity_words()[word];
    return bits;
  };
  for_each_row_in(call.rows, coordinates, [&](uint32_t row) {
    double at[4];
    for (size_t arg = 0; arg < 4; ++arg) at[arg] = call.args[arg]->at<double>(row);
    if (!(std::fabs(at[0]) <= 90 && std::fabs(at[2]) <= 90)) {
      call.fail(row, "a latitude must be from -90 to 90 degrees");
      return;
    }
    if (!(std::fabs(at[1]) <= 180 && std::fabs(at[3]) <= 180)) {
      call.fail(row, "a longitude must be from -180 to 180 degrees");
      return;
    }
    const double radius = radius_of(row);
    if (radius > 0) call.out.set<double>(row, great_circle(at[0], at[1], at[2], at[3], radius));
  });
}

}  // namespace

std::vector<ScalarFunction> geo_functions() {
  const std::vector<std::pair<std::string, std::string>> points{{"lat1", "latitude of the first point, in degrees"},
                                                                {"lon1", "its longitude"},
                                                                {"lat2", "latitude of the second point"},
                                                                {"lon2", "its longitude"}};
  auto with_unit = points;
  with_unit.emplace_back("unit", "'KM', the default, or 'MI'");
  return {{.name = "GEO_DISTANCE",
           .category = "mathematical",
           .description =
               "The distance on the earth's surface between two points given in degrees, in kilometres or miles.",
           .example = "GEO_DISTANCE(37.4133, -122.1162, 51.5257, -0.1122, 'MI')",
           .overloads = {{.signature = "(DOUBLE, DOUBLE, DOUBLE, DOUBLE, STRING) -> DOUBLE",
                          .description = "The distance in the unit; a NULL unit means kilometres.",
                          .make_kernel = [](const FunctionBinding& binding) -> Kernel {
                            return [unit = CompiledArgument<double>(binding, 4, radius_in)](KernelCall& call) mutable {
                              geo_distances(call, [&](uint32_t row) {
                                if (call.args[4]->is_null(row)) return kEarthRadiusKilometres;
                                const double* radius = unit.get(call, row);
                                return radius ? *radius : 0.0;
                              });
                            };
                          },
                          .parameter_docs = with_unit},
                         {.signature = "(DOUBLE, DOUBLE, DOUBLE, DOUBLE) -> DOUBLE",
                          .description = "The distance in kilometres.",
                          .make_kernel = [](const FunctionBinding&) -> Kernel {
                            return [](KernelCall& call) {
                              geo_distances(call, [](uint32_t) { return kEarthRadiusKilometres; });
                            };
                          },
                          .parameter_docs = points}}}};
}

}  // namespace weir
