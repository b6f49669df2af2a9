/* What valgrind is asked to do, and the doors by which a secret becomes public. */
#include <stddef.h>
#include <valgrind/memcheck.h>
#include <valgrind/valgrind.h>

void ct_secret(void *at, size_t len) { (void)VALGRIND_MAKE_MEM_UNDEFINED(at, len); }
void ct_public(const void *at, size_t len) { (void)VALGRIND_MAKE_MEM_DEFINED(at, len); }
unsigned ct_errors(void) { return VALGRIND_COUNT_ERRORS; }
int ct_is_watched(void) { return RUNNING_ON_VALGRIND; }

/* Calls the function that is wrapped, and marks what it returns as public. In names, `Za` is `*`
   and `Zu` is `_`. Whether a door was found at all is seen by the count of `ct_passed`. */
static unsigned passed;
unsigned ct_passed(void) { return passed; }

#define DOOR(name)                                                                             \
    __attribute__((used, retain)) unsigned long I_WRAP_SONAME_FNNAME_ZZ(NONE, name)(           \
        unsigned long value)                                                                    \
    {                                                                                          \
        OrigFn original;                                                                       \
        unsigned long result;                                                                  \
        VALGRIND_GET_ORIG_FN(original);                                                        \
        CALL_FN_W_W(result, original, value);                                                  \
        (void)VALGRIND_MAKE_MEM_DEFINED(&result, sizeof result);                               \
        passed++;                                                                              \
        return result;                                                                         \
    }

DOOR(Zasecret10declassifyZa)     /* reelseal_core::secret::declassify */
DOOR(Zasecret14declassifyZulenZa) /* reelseal_core::secret::declassify_len */
DOOR(Zabase646agreedZa)          /* reelseal_core::format::base64::agreed */
