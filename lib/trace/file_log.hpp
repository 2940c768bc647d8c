#pragma once
#include <set>
#include <string>
#include <string_view>

namespace mlo {

/// What a tree of processes did to the files of one directory, each file once. Paths are relative to it, with `/`,
/// any bytes. What the tree made itself, and what it moved there, is no input when it reads it.
class FileLog {
 public:
  enum class Write {
    makes,    ///< the file is new, or loses what it held
    changes,  ///< what it held stays, at least in part
  };

  void read(const std::string& path);
  void write(const std::string& path, Write how);
  /// Renamed or linked, a file or a directory with what is below it; "" is anywhere else.
  void moved(const std::string& from, const std::string& to);

  /// Whether the tree made the file, or a directory that it is in.
  bool made(std::string_view path) const;
  const std::set<std::string>& reads() const { return reads_; }
  /// Also what is gone since.
  const std::set<std::string>& writes() const { return writes_; }

 private:
  std::set<std::string> reads_, writes_;
  std::set<std::string, std::less<>> made_;
};

}  // namespace mlo
