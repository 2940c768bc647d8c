#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/remote/transfer.hpp"

// What uploads and downloads have in common.
namespace mlo {

void drop_duplicates(std::vector<ObjectRef>& objects);
/// Takes out what the remote lacks, in the order it has. Of nothing it is not asked.
std::vector<ObjectRef> take_missing(Remote& remote, std::vector<ObjectRef>& objects, Look look);
std::uint64_t total_bytes(const std::vector<ObjectRef>& objects);

/// Moves all objects in their order but for what is beside each other on so many threads, ending each portion with
/// `settle`. What `move` tells of an object's bytes shows at once, but never more than its size; the rest when it
/// returns. A wish to stop is heard between objects and when bytes are told of.
void move_in_portions(const World& world, const std::string& label, const std::vector<ObjectRef>& objects,
                      unsigned threads, const std::function<void(std::size_t, const Moved&)>& move,
                      const std::function<void()>& settle);

}  // namespace mlo
