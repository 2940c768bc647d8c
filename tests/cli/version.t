# What a report of a bug should have.

$ mlo version
mlo <any>
$ mlo version -v
mlo <any>
on-disk format 1
fmt <n>
libgit2 <n>
nlohmann-json <n>
openssl <n>
sqlite <n>
yaml-cpp <n>
$ mlo version --json
{
  "version": "<any>",
  "format": 1,
  "libraries": {
    "fmt": "<n>",
    "libgit2": "<n>",
    "nlohmann-json": "<n>",
    "openssl": "<n>",
    "sqlite": "<n>",
    "yaml-cpp": "<n>"
  }
}
