#include "lib/util/shared_library.hpp"

#include <dlfcn.h>

#include "lib/util/error.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

SharedLibrary::SharedLibrary(std::initializer_list<std::string> files) {
  for (const std::string& file : files) {
    handle_ = ::dlopen(file.c_str(), RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    file_ = fs::path(file).filename().string();
    if (handle_ != nullptr) return;
  }
}

void* SharedLibrary::find(const char* name, const std::string& hint) const {
  void* const symbol = ::dlsym(handle_, name);
  if (symbol != nullptr) return symbol;
  throw Error(ErrorKind::config, fmt::format("`{}` is not one that mlo can use: it has no `{}`", file_, name))
      .hint(hint);
}

}  // namespace mlo
