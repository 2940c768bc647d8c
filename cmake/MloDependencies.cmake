# Every library and the one module that hides it.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(yaml-cpp REQUIRED)       # codec
find_package(nlohmann_json REQUIRED)  # codec
find_package(OpenSSL REQUIRED)        # crypto
find_package(SQLite3 REQUIRED)        # db
find_package(CLI11 REQUIRED)          # cli/parse.cpp
find_package(PkgConfig REQUIRED)
pkg_check_modules(libgit2 REQUIRED IMPORTED_TARGET libgit2)  # git
# DuckDB is opened at run time by lib/table (see lib/table/duckdb_api.hpp); DuckDB_ROOT only says where from.
set(DuckDB_ROOT "" CACHE PATH "prefix whose lib/ holds libduckdb.so")
