# Every library and the one module that hides it.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(yaml-cpp REQUIRED)       # codec
find_package(nlohmann_json REQUIRED)  # codec
find_package(OpenSSL REQUIRED)        # crypto
find_package(SQLite3 REQUIRED)        # db
set(ZLIB_USE_STATIC_LIBS ON)          # comes with libgit2's headers
find_package(ZLIB REQUIRED)           # table
find_library(MLO_ZSTD NAMES libzstd.a zstd REQUIRED)  # util
find_package(CURL REQUIRED)          # net: its headers; lib/net/curl_api.cpp opens the library at run time
find_package(CLI11 REQUIRED)          # cli/parse.cpp
find_package(PkgConfig REQUIRED)
pkg_check_modules(libgit2 REQUIRED IMPORTED_TARGET libgit2)  # git
set(MLO_FMT fmt::fmt)
set(MLO_YAML yaml-cpp)
set(MLO_GIT2 PkgConfig::libgit2)
option(MLO_STATIC "link into mlo what it starts with" OFF)
if(MLO_STATIC)
  include(MloStatic)
endif()
# DuckDB is opened at run time by lib/table/engine.cpp: yours (DuckDB_ROOT), the system's, or the one cmake/setup.sh unpacked.
set(DuckDB_ROOT "" CACHE PATH "prefix whose lib/ holds libduckdb.so")
find_library(DUCKDB_LIBRARY duckdb HINTS ${DuckDB_ROOT}/lib $ENV{DuckDB_ROOT}/lib PATHS ${CMAKE_SOURCE_DIR}/.deps/duckdb/lib)
if(DUCKDB_LIBRARY)
  # A build tree looks like an installed mlo: lib/table/engine.cpp opens ../lib/mlo/libduckdb.so, seen from the program.
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/lib/mlo)
  file(CREATE_LINK ${DUCKDB_LIBRARY} ${CMAKE_BINARY_DIR}/lib/mlo/libduckdb.so SYMBOLIC)
endif()
