# Warnings, sanitizers and ccache, the same for every target.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(weir_compiler INTERFACE)
target_include_directories(weir_compiler INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(weir_compiler INTERFACE -Wall -Wextra -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of GCC 12: the first in std::string at -O3 (GCC bug 105651), the second where unity builds join files.
  target_compile_options(weir_compiler INTERFACE -Wno-restrict -Wno-subobject-linkage)
endif()
if(WEIR_WERROR)
  target_compile_options(weir_compiler INTERFACE -Werror)
endif()
target_compile_definitions(weir_compiler INTERFACE WEIR_VERSION="${PROJECT_VERSION}")

if(WEIR_SANITIZE)
  add_compile_options(-fsanitize=${WEIR_SANITIZE} -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${WEIR_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12's false alarm in std::regex and std::function once they are instrumented.
    target_compile_options(weir_compiler INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()

# Coverage for libFuzzer in all that a fuzz target reaches.
if(WEIR_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "WEIR_FUZZ needs clang: libFuzzer is a part of it")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
