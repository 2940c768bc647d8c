// libgit2's archive wants GSSAPI for HTTP Negotiate, and with it six shared libraries. mlo never lets libgit2 near a
// network (that is the user's git), so these say that no mechanism is there.
namespace {
constexpr unsigned kUnavailable = 16U << 16U;  // GSS_S_UNAVAILABLE, RFC 2744
}

extern "C" {
extern void* const GSS_C_NT_HOSTBASED_SERVICE;
void* const GSS_C_NT_HOSTBASED_SERVICE = nullptr;
#define MLO_UNAVAILABLE(name) \
  unsigned name();            \
  unsigned name() { return kUnavailable; }
MLO_UNAVAILABLE(gss_delete_sec_context)
MLO_UNAVAILABLE(gss_display_status)
MLO_UNAVAILABLE(gss_import_name)
MLO_UNAVAILABLE(gss_indicate_mechs)
MLO_UNAVAILABLE(gss_init_sec_context)
MLO_UNAVAILABLE(gss_release_buffer)
MLO_UNAVAILABLE(gss_release_name)
MLO_UNAVAILABLE(gss_release_oid_set)
MLO_UNAVAILABLE(gss_test_oid_set_member)
#undef MLO_UNAVAILABLE
}
