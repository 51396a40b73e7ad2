// Shows ThreadSanitizer what a contended Mutex and a continuation of Swift do. The quick way through a
// Mutex is inlined into our code and seen there; the slow way, and what a continuation hands from the
// thread that resumes it to the task that waits, lie in libraries that were built without the sanitizer,
// so that everything guarded by them would look like a race. Preloaded by `./dev check --sanitize`;
// stands in front of the libraries' functions.
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

// A task that is resumed after it has gone to sleep is seen by the runtime's own means; one that is
// resumed before finds its value when it would wait. Between the look here and the runtime's own a few
// instructions are left, in which a resumption goes unseen.
typedef SWIFT void (*Resume)(void *task);
typedef SWIFT void (*ResumeWithError)(void *task, void *error);
typedef __attribute__((swiftasynccall)) void (*Await)(void *context);
typedef SWIFT void *(*CurrentTask)(void);

SWIFT void swift_continuation_resume(void *task) {
  tell("__tsan_release", task);
  ((Resume)dlsym(RTLD_NEXT, __func__))(task);
}

SWIFT void swift_continuation_throwingResume(void *task) {
  tell("__tsan_release", task);
  ((Resume)dlsym(RTLD_NEXT, __func__))(task);
}

SWIFT void swift_continuation_throwingResumeWithError(void *task, void *error) {
  tell("__tsan_release", task);
  ((ResumeWithError)dlsym(RTLD_NEXT, __func__))(task, error);
}

__attribute__((swiftasynccall)) void swift_continuation_await(void *context) {
  Await await = (Await)dlsym(RTLD_NEXT, __func__);
  tell("__tsan_acquire", ((CurrentTask)dlsym(RTLD_DEFAULT, "swift_task_getCurrent"))());
  __attribute__((musttail)) return await(context);
}
