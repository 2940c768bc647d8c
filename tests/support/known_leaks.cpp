/// What the leak sanitizer passes over in every executable, without a word. libgit2 1.5 does not free what a regular
/// expression that matches nothing was tried with: git_regexp_match().
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpcre2"; }
extern "C" const char* __lsan_default_options();
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }
