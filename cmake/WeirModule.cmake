# weir_module(NAME FOLDER DEPENDS … [EXCLUDE files]): the folder's .cc files as the static library weir_NAME.
# A folder with no source yet becomes an interface library, so that dependants link either way.
function(weir_module name folder)
  cmake_parse_arguments(ARG "" "" "DEPENDS;EXCLUDE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cc)
  foreach(file IN LISTS ARG_EXCLUDE)
    list(REMOVE_ITEM sources ${CMAKE_SOURCE_DIR}/${folder}/${file})
  endforeach()
  if(sources)
    add_library(weir_${name} STATIC ${sources})
    target_link_libraries(weir_${name} PUBLIC weir_compiler ${ARG_DEPENDS})
  else()
    add_library(weir_${name} INTERFACE)
    target_link_libraries(weir_${name} INTERFACE weir_compiler ${ARG_DEPENDS})
  endif()
endfunction()

# weir_unit_tests(NAME): tests/unit/NAME/*.cc as one doctest program test_NAME, registered with ctest.
function(weir_unit_tests name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${name}/*.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(test_${name} ${sources} ${CMAKE_SOURCE_DIR}/tests/unit/main.cc)
  target_link_libraries(test_${name} PRIVATE weir_${name})
  if(WEIR_SANITIZE MATCHES "thread")
    target_sources(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/unit/c11_threads.cc)
  endif()
  target_compile_definitions(test_${name} PRIVATE WEIR_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  set_target_properties(test_${name} PROPERTIES UNITY_BUILD OFF)  # every test file has helpers of its own
  # GCC 12 takes the alternatives of a std::variant (Value) for uninitialised, whichever it holds.
  target_compile_options(test_${name} PRIVATE -Wno-maybe-uninitialized)
  add_test(NAME unit_${name} COMMAND test_${name})
endfunction()
