#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/remote/transfer.hpp"

// What uploads and downloads have in common.
namespace mlo {

void drop_duplicates(std::vector<ObjectRef>& objects);
/// Takes out what the remote lacks, in the order it has.
std::vector<ObjectRef> take_missing(Remote& remote, std::vector<ObjectRef>& objects);
std::uint64_t total_bytes(const std::vector<ObjectRef>& objects);

/// Moves all objects in parallel, in their order but for what is beside each other, ending each portion with `settle`.
void move_in_portions(const World& world, const std::string& label, const std::vector<ObjectRef>& objects,
                      unsigned connections, const std::function<void(std::size_t)>& move,
                      const std::function<void()>& settle);

}  // namespace mlo
