#include <unistd.h>

#include "lib/crypto/sha256.hpp"
#include "lib/store/object_store.hpp"
#include "lib/store/pack_set.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/read_at.hpp"

// Objects that lie in parts. Nothing says that a part may not lie in parts itself (its bytes may be a large tree's), so
// it is followed, to a depth that no loop outlives.
namespace mlo {
namespace {

constexpr unsigned kMaxNesting = 3;
/// What is read while the bytes before it are used.
constexpr std::size_t kBlock = 8U << 20U;

}  // namespace

std::optional<std::string_view> ObjectStore::find_part(const Part& part, std::string& buffer, unsigned depth) const {
  if (depth > kMaxNesting) return std::nullopt;
  thread_local Record record;
  for (bool again : {true, false}) {
    if (packs_->read(part.id, record) && record.size == part.size) {
      if (record.form != Form::recipe) {
        const auto content = content_of(record, buffer);
        if (content && content->size() == part.size) return content;
      } else if (auto recipe = decode_recipe(part.id, record)) {
        const auto parts = expand(std::move(*recipe), depth + 1);
        std::string inner, bytes;
        const auto add = [&](const Part& one) {
          const auto content = find_part(one, inner, depth + 1);
          if (content) bytes += *content;
          return content.has_value();
        };
        if (parts && std::all_of(parts->begin(), parts->end(), add)) {
          buffer = std::move(bytes);
          return buffer;
        }
      }
    } else if (auto bytes = find_file(path_of(part.id), kMaxPacked); bytes && bytes->size() == part.size) {
      buffer = std::move(*bytes);
      return buffer;
    }
    if (again && !packs_->refresh()) break;
  }
  return std::nullopt;
}

std::optional<Parts> ObjectStore::expand(Recipe recipe, unsigned depth, std::vector<Digest>* lists) const {
  std::string buffer;
  return mlo::expand(std::move(recipe), [&](const Part& page, std::string& list) {
    const auto bytes = find_part(page, buffer, depth);
    if (!bytes || sha256(*bytes) != page.id) return false;
    list += *bytes;
    if (lists != nullptr) lists->push_back(page.id);
    return true;
  });
}

bool ObjectStore::read_parts(const Parts& parts, Cached cached, const std::vector<Sink>& sinks) const {
  std::string now, next;
  std::atomic<bool> good = true;
  const auto read = [&](const Part& part, std::size_t at) {
    if (packs_->read_plain(part, next.data() + at, cached)) return;
    thread_local std::string buffer;
    const auto bytes = find_part(part, buffer, 0);
    if (bytes)
      std::memcpy(next.data() + at, bytes->data(), bytes->size());
    else
      good = false;
  };
  for (std::size_t begin = 0; good && (begin < parts.size() || !now.empty());) {
    std::vector<std::size_t> places;
    std::size_t size = 0;
    for (std::size_t i = begin; i < parts.size() && size < kBlock; size += parts[i++].size) places.push_back(size);
    next.resize(size);
    const bool large = begin > 0 || begin + places.size() < parts.size();
    parallel_for(sinks.size() + places.size(), large ? rules_.threads : 1, [&](std::size_t i) {
      if (i >= sinks.size())
        read(parts[begin + i - sinks.size()], places[i - sinks.size()]);
      else if (!now.empty())
        sinks[i](now);
    });
    begin += places.size();
    std::swap(now, next);
  }
  return good;
}

bool ObjectStore::read_recipe(const Digest& id, const Record& record, Cached cached, const Sink& sink) const {
  auto recipe = decode_recipe(id, record);
  const auto parts = recipe ? expand(std::move(*recipe), 0) : std::nullopt;
  Sha256 whole;
  const Sink hash = [&](std::string_view bytes) { whole.update(bytes); };
  return parts && read_parts(*parts, cached, {hash, sink}) && whole.finish() == id;
}

std::optional<Record> ObjectStore::find_record(const Digest& id) const {
  Record record;
  if (!packs_->read(id, record) && (find_file_of(id) || !packs_->refresh() || !packs_->read(id, record)))
    return std::nullopt;
  if (record.form != Form::recipe)
    static_cast<void>(verified(id, record));
  else if (!is_whole(id, record))
    fail_in_parts(id);
  return record;
}

bool ObjectStore::has_parts(const Digest& id) const {
  Record record;
  if (!packs_->read(id, record)) return false;
  auto recipe = decode_recipe(id, record);
  const auto parts = recipe ? expand(std::move(*recipe), 0) : std::nullopt;
  return parts &&
         std::all_of(parts->begin(), parts->end(), [&](const Part& part) { return find_size(part.id) == part.size; });
}

bool ObjectStore::claim_packed(const Digest& id) const {
  const auto form = packs_->claim(id);
  if (form != Form::recipe) return form.has_value();
  const std::vector<Digest> parts = parts_of(id);
  return std::all_of(parts.begin(), parts.end(), [&](const Digest& part) { return claim(part); });
}

bool ObjectStore::begins_as_tree(const Digest& id) const {
  Record record;
  std::string buffer;
  if (!read_packed(id, record)) {
    const auto file = find_file_of(id);
    if (!file) return false;
    buffer.resize(kTreeHead.size());
    buffer.resize(read_at(open_read(*file).get(), buffer.data(), buffer.size(), 0, *file));
    return buffer == kTreeHead;
  }
  std::optional<std::string_view> first = content_of(record, buffer);
  if (record.form == Form::recipe) {
    auto recipe = decode_recipe(id, record);
    const auto parts = recipe ? expand(std::move(*recipe), 0) : std::nullopt;
    first = parts && !parts->empty() ? find_part(parts->front(), buffer, 0) : std::nullopt;
  }
  return first && first->starts_with(kTreeHead);
}

std::vector<Digest> ObjectStore::parts_of(const Digest& id) const {
  std::vector<Digest> ids;
  auto form = packs_->find_form(id);
  if (!form && packs_->refresh()) form = packs_->find_form(id);
  Record record;
  if (form != Form::recipe || !packs_->read(id, record)) return ids;
  const auto recipe = decode_recipe(id, record);
  if (!recipe) fail_in_parts(id);
  const auto parts = expand(*recipe, 0, &ids);
  if (!parts) ids.clear();
  for (const Part& part : parts ? *parts : recipe->parts) ids.push_back(part.id);
  return ids;
}

std::size_t ObjectStore::set_parts_aside(const Digest& id, const Record& record) const {
  std::set<Digest> parts, aside{id};
  if (auto recipe = decode_recipe(id, record)) {
    for (const Part& part : recipe->parts) parts.insert(part.id);
    if (const auto all = expand(std::move(*recipe), 0)) {
      for (const Part& part : *all) parts.insert(part.id);
    }
  }
  std::size_t hurt = 0;
  for (const Digest& part : parts) {
    const bool there = has(part);
    if (there && verify(part)) continue;
    ++hurt;
    if (there && packs_->has(part))
      aside.insert(part);
    else if (there)
      set_file_aside(part);
  }
  set_packed_aside(aside);
  return hurt;
}

void ObjectStore::fail_in_parts(const Digest& id) const {
  Record record;
  static_cast<void>(packs_->read(id, record));
  const std::size_t hurt = set_parts_aside(id, record);
  const std::string why = hurt == 0 ? "its list of parts is not what was written"
                                    : fmt::format("{} of its parts are lost or not what their names say", hurt);
  throw Error(ErrorKind::corrupt, fmt::format("object `{}` is damaged: {}", id.brief(), why))
      .hint(fmt::format("it was moved to {}; `mlo pull` fetches it again", quarantine().string()));
}

}  // namespace mlo
