// C11's threads over POSIX's, for programs built with the thread sanitizer, whose runtime in GCC 12 intercepts only the
// latter: a thread that librdkafka starts with thrd_create() would run without the sanitizer's per-thread state and
// crash at its first allocation. Defined in the program, these go before the C library's. In glibc mtx_t and cnd_t
// hold a pthread_mutex_t and a pthread_cond_t, and thrd_t is pthread_t (nptl/thrd_priv.h).
#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>
#include <memory>

namespace {

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t));
static_assert(sizeof(thrd_t) == sizeof(pthread_t));

struct ThreadStart {
  thrd_start_t function;
  void* argument;
};

void* run_c11_thread(void* raw) {
  const std::unique_ptr<ThreadStart> start(static_cast<ThreadStart*>(raw));
  return reinterpret_cast<void*>(static_cast<intptr_t>(start->function(start->argument)));
}

int thrd_result(int error) {
  if (error == 0) return thrd_success;
  if (error == ENOMEM) return thrd_nomem;
  if (error == ETIMEDOUT) return thrd_timedout;
  return error == EBUSY ? thrd_busy : thrd_error;
}

pthread_mutex_t* posix(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
pthread_cond_t* posix(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }

}  // namespace

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto start = std::make_unique<ThreadStart>(ThreadStart{function, argument});
  const int error = pthread_create(thread, nullptr, run_c11_thread, start.get());
  if (error == 0) start.release();
  return thrd_result(error);
}

int thrd_join(thrd_t thread, int* result) {
  void* value = nullptr;
  const int error = pthread_join(thread, &value);
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<intptr_t>(value));
  return thrd_result(error);
}

int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, (type & mtx_recursive) != 0 ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
  const int error = pthread_mutex_init(posix(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return thrd_result(error);
}

int mtx_lock(mtx_t* mutex) { return thrd_result(pthread_mutex_lock(posix(mutex))); }
int mtx_unlock(mtx_t* mutex) { return thrd_result(pthread_mutex_unlock(posix(mutex))); }
void mtx_destroy(mtx_t* mutex) { pthread_mutex_destroy(posix(mutex)); }

int cnd_init(cnd_t* condition) { return thrd_result(pthread_cond_init(posix(condition), nullptr)); }
int cnd_signal(cnd_t* condition) { return thrd_result(pthread_cond_signal(posix(condition))); }
int cnd_broadcast(cnd_t* condition) { return thrd_result(pthread_cond_broadcast(posix(condition))); }
int cnd_wait(cnd_t* condition, mtx_t* mutex) { return thrd_result(pthread_cond_wait(posix(condition), posix(mutex))); }
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  return thrd_result(pthread_cond_timedwait(posix(condition), posix(mutex), until));
}
void cnd_destroy(cnd_t* condition) { pthread_cond_destroy(posix(condition)); }

}  // extern "C"
