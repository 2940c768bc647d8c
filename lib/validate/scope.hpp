#pragma once
#include <map>
#include <string>
#include <vector>

#include "lib/validate/expectation.hpp"
#include "lib/validate/opened.hpp"

namespace mlo::validate {

/// The scope of one SELECT over an open table.
class TableScope : public Scope {
 public:
  /// `missing`: other tables that could not be found, with the reason.
  TableScope(OpenTable& table, UtcTime now, const std::map<std::string, std::string>& missing);

  const std::vector<table::Column>& columns() const override { return table_.columns(); }
  ColumnRef column(const std::string& name) const override;
  std::string values_of(const std::string& table, const std::string& column, const ColumnRef& like) override;
  std::string derive(std::string sql) override;
  std::string row() override;
  void require(const std::string& sql, const std::string& otherwise) override;
  UtcTime now() const override { return now_; }

  /// What may stand after FROM: the table with all that was derived.
  std::string from() const;

 private:
  struct Derived {
    std::string sql, alias;
    std::size_t level;
  };

  OpenTable& table_;
  UtcTime now_;
  const std::map<std::string, std::string>& missing_;
  std::string prefix_;  ///< of aliases; no column's name begins so
  std::vector<Derived> derived_;
  std::string row_;
};

}  // namespace mlo::validate
