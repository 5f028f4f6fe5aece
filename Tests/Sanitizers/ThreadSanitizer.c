// What ThreadSanitizer has to be told of Swift 6.3 on Linux; `Tests/Sanitizers/run` links it in by the linker's --wrap.

#include <stdint.h>

extern void __tsan_acquire(void *address);
extern void __tsan_release(void *address);

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// Mutex takes a contended lock by a system call (FUTEX_LOCK_PI): the kernel then writes the lock's word, which no
// instrumented code sees, so that everything behind a contended Mutex would be reported.

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void realLockSlow(uint32_t thread, SELF void *mutex) __asm__("__real_" LOCK_SLOW);
SWIFT void realUnlockSlow(SELF void *mutex) __asm__("__real_" UNLOCK_SLOW);

SWIFT void lockSlow(uint32_t thread, SELF void *mutex) __asm__("__wrap_" LOCK_SLOW);
SWIFT void lockSlow(uint32_t thread, SELF void *mutex) {
  realLockSlow(thread, mutex);
  __tsan_acquire(mutex);
}

SWIFT void unlockSlow(SELF void *mutex) __asm__("__wrap_" UNLOCK_SLOW);
SWIFT void unlockSlow(SELF void *mutex) {
  __tsan_release(mutex);
  realUnlockSlow(mutex);
}

// The compiler announces each `inout` access by this call, of values that have no address too, and then with whatever
// their first word holds. The reads and writes themselves are announced by other calls and still checked.

void __wrap___tsan_external_write(void *address, void *caller, void *tag) {}
