#include "lib/workspace/git_ignore.hpp"

#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// As git reads it: without the carriage return of an editor elsewhere.
std::string_view line_text(std::string_view line) {
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

}  // namespace

std::string ignore_file(const std::string& path) { return path.substr(0, path.rfind('/') + 1) + ".gitignore"; }

std::string ignore_line(std::string_view name) {
  std::string out = "/";
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool last_space = name[i] == ' ' && i + 1 == name.size();
    if (name[i] == '\n' || (name[i] == '\r' && i + 1 == name.size())) {
      out += '?';  // no pattern can hold it: it ends the line
      continue;
    }
    if (std::string_view("\\*?[").find(name[i]) != std::string_view::npos || last_space) out += '\\';
    out += name[i];
  }
  return out;
}

std::map<std::string, std::set<std::string>> ignore_lines(const std::vector<std::string>& paths) {
  std::map<std::string, std::set<std::string>> files;
  for (const std::string& path : paths) {
    const std::size_t name = path.rfind('/') + 1;
    files[ignore_file(path)].insert(ignore_line(std::string_view(path).substr(name)));
  }
  return files;
}

bool has_only_lines(std::string_view text, const std::set<std::string>& lines) {
  const auto split = split_lines(text);
  return std::all_of(split.begin(), split.end(),
                     [&](std::string_view line) { return lines.contains(std::string(line_text(line))); });
}

std::vector<std::string> ensure_ignored(const fs::path& root, const std::vector<std::string>& paths) {
  std::vector<std::string> changed;
  for (auto& [file, wanted] : ignore_lines(paths)) {
    std::string text = find_file(root / file).value_or("");
    for (const std::string_view line : split_lines(text)) wanted.erase(std::string(line_text(line)));
    if (wanted.empty()) continue;
    if (!text.empty() && text.back() != '\n') text += '\n';
    for (const std::string& line : wanted) text += line + "\n";
    write_file(root / file, text);
    changed.push_back(file);
  }
  return changed;
}

std::vector<std::string> remove_ignored(const fs::path& root, const std::vector<std::string>& paths) {
  std::vector<std::string> changed;
  for (const auto& [file, unwanted] : ignore_lines(paths)) {
    const auto text = find_file(root / file);
    if (!text) continue;
    std::string kept;
    for (const std::string_view line : split_lines(*text)) {
      if (!unwanted.contains(std::string(line_text(line)))) kept.append(line).append("\n");
    }
    if (kept == *text) continue;
    if (kept.empty()) {
      remove_file(root / file);
    } else {
      write_file(root / file, kept);
    }
    changed.push_back(file);
  }
  return changed;
}

}  // namespace mlo
