# Compiler settings, the shared precompiled header, and mlo_module().

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths are hashed relative to the checkout, so every clone on a machine shares one cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

find_program(MOLD mold)
if(MOLD AND NOT MLO_FUZZ)
  add_link_options(-fuse-ld=mold)
endif()

add_library(mlo_flags INTERFACE)
target_include_directories(mlo_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_link_libraries(mlo_flags INTERFACE ${MLO_FMT} Threads::Threads)
target_compile_options(mlo_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast
  # Statistics must give the same digits on every machine.
  -ffp-contract=off
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-fpch-preprocess>)
if(CMAKE_CXX_FLAGS_DEBUG MATCHES "-fsanitize=address")
  add_library(mlo_known_leaks OBJECT ${CMAKE_SOURCE_DIR}/tests/support/known_leaks.cpp)
  target_sources(mlo_flags INTERFACE $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:$<TARGET_OBJECTS:mlo_known_leaks>>)
endif()

# One precompiled header (standard library + fmt), built once and reused by every module.
if(NOT EXISTS ${CMAKE_BINARY_DIR}/pch/pch.cpp)
  file(WRITE ${CMAKE_BINARY_DIR}/pch/pch.cpp "")
endif()
add_library(mlo_pch OBJECT ${CMAKE_BINARY_DIR}/pch/pch.cpp)
target_link_libraries(mlo_pch PRIVATE mlo_flags)
target_precompile_headers(mlo_pch PRIVATE
  <algorithm> <array> <chrono> <cstdint> <cstring> <filesystem> <functional> <map> <memory> <mutex>
  <optional> <set> <span> <string> <string_view> <thread> <tuple> <utility> <variant> <vector>
  <fmt/core.h> <fmt/format.h>)

add_library(mlo_all_modules INTERFACE)  # for the program and the fuzz targets

# mlo_module(name [USES module...] [LIBS library...]): a static library of lib/<name>/*.cpp.
# USES must agree with lib/LAYERS, which a test compares with the includes.
function(mlo_module name)
  cmake_parse_arguments(M "" "" "USES;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_library(mlo_${name} STATIC ${sources})
  target_link_libraries(mlo_${name} PUBLIC mlo_flags ${M_LIBS})
  foreach(used ${M_USES})
    if(TARGET mlo_${used})
      target_link_libraries(mlo_${name} PUBLIC mlo_${used})
    endif()
  endforeach()
  target_precompile_headers(mlo_${name} REUSE_FROM mlo_pch)
  target_link_libraries(mlo_all_modules INTERFACE mlo_${name})
endfunction()
