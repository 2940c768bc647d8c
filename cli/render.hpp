#pragma once
#include "cli/context.hpp"

namespace mlo::cli {

/// A Page that collects text, laid out for `width` columns (0: unlimited).
class TextPage : public Page {
 public:
  TextPage(int width, bool colour, bool utf8) : width_(width), colour_(colour), utf8_(utf8) {}
  void line(std::string_view text = {}) override;
  void line(const std::vector<Table::Cell>& pieces) override;
  void table(const Table& table) override;
  int width() const override { return width_; }
  bool colour() const override { return colour_; }
  bool utf8() const override { return utf8_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  int width_;
  bool colour_, utf8_;
};

/// `text` broken at spaces into lines of at most `width` columns.
std::vector<std::string> wrap(std::string_view text, int width);

}  // namespace mlo::cli
