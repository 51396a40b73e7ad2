// Shows ThreadSanitizer what a contended Mutex of Swift does. The quick way through a Mutex is inlined
// into our code and seen there; the slow way lies in libswiftSynchronization, which was built without
// the sanitizer, so that everything guarded by a Mutex would look like a race. Preloaded by `./dev
// check --sanitize`; stands in front of the library's three functions.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#define SELF __attribute__((swift_context)) void *self
#define SWIFT __attribute__((swiftcall))

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef SWIFT void (*Lock)(uint32_t own, SELF);
typedef SWIFT bool (*TryLock)(SELF);
typedef SWIFT void (*Unlock)(SELF);

static void tell(const char *event, void *self) {
  void (*sanitizer)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, event);
  if (sanitizer) sanitizer(self);
}

SWIFT void lock_slowly(uint32_t own, SELF) __asm__(LOCK);
SWIFT void lock_slowly(uint32_t own, SELF) {
  ((Lock)dlsym(RTLD_NEXT, LOCK))(own, self);
  tell("__tsan_acquire", self);
}

SWIFT bool try_lock_slowly(SELF) __asm__(TRY_LOCK);
SWIFT bool try_lock_slowly(SELF) {
  bool locked = ((TryLock)dlsym(RTLD_NEXT, TRY_LOCK))(self);
  if (locked) tell("__tsan_acquire", self);
  return locked;
}

SWIFT void unlock_slowly(SELF) __asm__(UNLOCK);
SWIFT void unlock_slowly(SELF) {
  tell("__tsan_release", self);
  ((Unlock)dlsym(RTLD_NEXT, UNLOCK))(self);
}
