#include "lib/pipeline/verify_compare.hpp"

#include <cmath>

#include "lib/crypto/sha256.hpp"
#include "lib/data/scan.hpp"
#include "lib/pipeline/metrics_file.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kMostBytes = 16U << 20U;  ///< of a file that is compared by content
constexpr std::size_t kDiffLines = 5;             ///< shown of each side
constexpr std::size_t kDiffWidth = 160;

bool close(double a, double b, double tolerance) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return true;
  if (!std::isfinite(a) || !std::isfinite(b)) return false;
  return std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b));
}

std::string show(const Value* value) { return value == nullptr ? "nothing" : printable(display(*value).substr(0, 80)); }

std::optional<std::string> differ(const Value& before, const Value& now, const std::string& key, double tolerance) {
  const auto below = [&](const std::string& name) { return key.empty() ? name : key + "/" + name; };
  const auto words = [&](const std::string& name, const Value* a, const Value* b) {
    return fmt::format("`{}` {} -> {}", printable(name), show(a), show(b));
  };
  if (before.is_number() && now.is_number())
    return close(before.as_number(), now.as_number(), tolerance) ? std::nullopt
                                                                 : std::optional(words(key, &before, &now));
  if (before.is(Value::Type::object) && now.is(Value::Type::object)) {
    for (const auto& [name, value] : before.members()) {
      const Value* other = now.find(name);
      if (other == nullptr) return words(below(name), &value, nullptr);
      if (auto found = differ(value, *other, below(name), tolerance)) return found;
    }
    for (const auto& [name, value] : now.members()) {
      if (before.find(name) == nullptr) return words(below(name), nullptr, &value);
    }
    return std::nullopt;
  }
  if (before.is(Value::Type::array) && now.is(Value::Type::array) && before.items().size() == now.items().size()) {
    for (std::size_t i = 0; i < before.items().size(); ++i) {
      if (auto found = differ(before.items()[i], now.items()[i], below(std::to_string(i)), tolerance)) return found;
    }
    return std::nullopt;
  }
  return before == now ? std::nullopt : std::optional(words(key, &before, &now));
}

/// "at line 3", "at byte 120": where two files part; for the one line that a verdict has.
std::string place_of(const std::string& before, const std::string& now) {
  const auto [a, b] = std::mismatch(before.begin(), before.end(), now.begin(), now.end());
  const bool text = is_utf8(before) && is_utf8(now);
  if (!text) return fmt::format("first at byte {}", a - before.begin());
  return fmt::format("first at line {}", 1 + std::count(before.begin(), a, '\n'));
}

void compare_leaf(const std::string& name, const OutputSide& before, const OutputSide& now, const std::string& below,
                  const OutputSide::Leaf& a, const OutputSide::Leaf& b, OutputComparison& out) {
  const auto old_bytes = before.read(below, a), new_bytes = now.read(below, b);
  out.what = fmt::format("`{}` {} -> {}", name, a.id.brief(), b.id.brief());
  if (!old_bytes || !new_bytes) {
    if (a.bytes != b.bytes) out.what += fmt::format(", {} -> {} bytes", a.bytes, b.bytes);
    return;
  }
  out.what = fmt::format("`{}` differs, {}", name, place_of(*old_bytes, *new_bytes));
  if (is_utf8(*old_bytes) && is_utf8(*new_bytes)) out.diff = short_diff(*old_bytes, *new_bytes);
}

void compare_directories(const std::string& path, const OutputSide& before, const OutputSide& now,
                         OutputComparison& out) {
  std::map<std::string, OutputSide::Leaf> old_leaves, new_leaves;
  try {
    old_leaves = before.list();
    new_leaves = now.list();
  } catch (const Error&) {  // the store has not all of it
    out.what = fmt::format("`{}` {} -> {}", path, before.content->id.brief(), now.content->id.brief());
    return;
  }
  std::size_t others = 0;
  const auto note = [&](const std::string& words) {
    if (out.what.empty())
      out.what = words;
    else
      ++others;
  };
  for (const auto& [below, leaf] : old_leaves) {
    const auto it = new_leaves.find(below);
    const std::string name = path + "/" + below;
    if (it == new_leaves.end()) {
      note(fmt::format("`{}` is not written any more", name));
    } else if (it->second != leaf) {
      if (out.what.empty())
        compare_leaf(name, before, now, below, leaf, it->second, out);
      else
        ++others;
    }
  }
  for (const auto& [below, leaf] : new_leaves) {
    if (!old_leaves.contains(below)) note(fmt::format("`{}/{}` is new", path, below));
  }
  if (out.what.empty()) out.what = fmt::format("`{}`: the mode of a file in it", path);
  if (others > 0) out.what += fmt::format(", and {}", count_of(others, "file more", "files more"));
}

}  // namespace

OutputSide stored_output(const ObjectStore& store, const Content& content) {
  OutputSide side;
  side.content = content;
  side.list = [&store, content] {
    std::map<std::string, OutputSide::Leaf> leaves;
    if (!content.directory) return std::map<std::string, OutputSide::Leaf>{{"", {content.id, content.bytes}}};
    walk_tree(store, content.id, [&](const std::string& path, const TreeEntry& entry) {
      if (entry.kind != TreeEntryKind::directory) leaves.emplace(path, OutputSide::Leaf{entry.id, entry.size});
    });
    return leaves;
  };
  side.read = [&store](const std::string&, const OutputSide::Leaf& leaf) -> std::optional<std::string> {
    if (leaf.bytes > kMostBytes || !store.has(leaf.id)) return std::nullopt;
    return store.get(leaf.id);
  };
  return side;
}

OutputSide output_on_disk(const World& world, const fs::path& root, const std::string& path,
                          const std::optional<Content>& content) {
  OutputSide side;
  side.content = content;
  const fs::path top = root / path;
  side.list = [&world, root, path, top, content] {
    std::map<std::string, OutputSide::Leaf> leaves;
    if (!content->directory) return std::map<std::string, OutputSide::Leaf>{{"", {content->id, content->bytes}}};
    const Scan scan = scan_directory(world, root, path, OuterLinks::keep);
    for (const ScannedDirectory& directory : scan.directories) {
      for (std::size_t i = 0; i < directory.entries.size(); ++i) {
        if (directory.entries.is_directory(i)) continue;
        const ScannedEntry entry = directory.entries[i];
        const std::string below = child_path(directory.path, entry.entry.name);
        const bool link = entry.entry.kind == TreeEntryKind::symlink;
        const Digest id = link ? sha256(entry.target) : sha256_file(top / below).digest;
        leaves.emplace(below, OutputSide::Leaf{id, link ? entry.target.size() : entry.entry.size});
      }
    }
    return leaves;
  };
  side.read = [top](const std::string& below, const OutputSide::Leaf& leaf) -> std::optional<std::string> {
    if (leaf.bytes > kMostBytes) return std::nullopt;
    const fs::path file = below.empty() ? top : top / below;
    const auto stat = find_stat(file);
    if (!stat) return std::nullopt;
    return stat->kind == FileKind::symlink && !below.empty() ? read_link(file) : find_file(file);
  };
  return side;
}

std::optional<std::string> find_metric_difference(std::string_view before, std::string_view now, std::string_view file,
                                                  double tolerance) {
  return differ(parse_metrics_document(before, file), parse_metrics_document(now, file), "", tolerance);
}

std::vector<std::string> short_diff(std::string_view before, std::string_view now) {
  const auto old_lines = split_lines(before), new_lines = split_lines(now);
  const std::size_t most = std::min(old_lines.size(), new_lines.size());
  std::size_t head = 0, tail = 0;
  while (head < most && old_lines[head] == new_lines[head]) ++head;
  while (tail < most - head && old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail]) ++tail;
  std::vector<std::string> out;
  const auto show_side = [&](char sign, const std::vector<std::string_view>& lines) {
    const std::size_t end = lines.size() - tail;
    for (std::size_t i = head; i < end; ++i) {
      if (i - head == kDiffLines && end - i > 1) {
        out.push_back(fmt::format("{} .. {}", sign, count_of(end - i, "line more", "lines more")));
        break;
      }
      std::string line = printable(lines[i]);
      if (line.size() > kDiffWidth) line = printable(line.substr(0, kDiffWidth)) + "..";
      out.push_back(fmt::format("{}{}", sign, line));
    }
  };
  show_side('-', old_lines);
  show_side('+', new_lines);
  return out;
}

OutputComparison compare_outputs(const std::string& path, const OutputSide& before, const OutputSide& now,
                                 double tolerance) {
  OutputComparison out;
  if (before.content && now.content && before.content->id == now.content->id &&
      before.content->directory == now.content->directory)
    return out;
  out.verdict = Reproduction::different;
  if (!before.content || !now.content) {
    out.what = fmt::format("`{}` is not written {}", path, before.content ? "any more" : "the first time");
    return out;
  }
  if (before.content->directory != now.content->directory) {
    out.what = fmt::format("`{}` is a {} now", path, now.content->directory ? "directory" : "file");
    return out;
  }
  if (before.content->directory) {
    compare_directories(path, before, now, out);
    return out;
  }
  const OutputSide::Leaf a{before.content->id, before.content->bytes}, b{now.content->id, now.content->bytes};
  compare_leaf(path, before, now, "", a, b, out);
  if (tolerance <= 0) return out;
  const auto old_bytes = before.read("", a), new_bytes = now.read("", b);
  if (!old_bytes || !new_bytes) return out;
  try {
    const auto found = find_metric_difference(*old_bytes, *new_bytes, path, tolerance);
    if (!found) return {Reproduction::within_tolerance, fmt::format("`{}`: numbers within {}", path, tolerance), {}};
    out.what = fmt::format("`{}`: {}, more than {} apart", path, *found, format_double(tolerance));
  } catch (const Error&) {  // no metrics: its bytes count
  }
  return out;
}

}  // namespace mlo
