/*
 * What a program does to the files below one directory: written down, and made to fail on order. For LD_PRELOAD.
 *
 * Law: a record is in the log exactly when the system call has succeeded, in the order of the calls; the mutex is held over both. A
 * file is known by its path at that moment, so neither dup nor close needs to be followed. disk_log.ts reads what is written here.
 *
 * CRASH_DIRECTORY: what is watched. CRASH_LOG: where records are appended. CRASH_CONTROL: a file that holds `struct control`.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum operation { START, CREATE, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, MAKE_DIRECTORY };
struct record { uint32_t operation, path_bytes, data_bytes, unused; int64_t at; };

/* `room` is what is left of the disk in bytes, or negative for no end. `failing` is a set of operations, 1 << WRITE and so on. */
struct control { int64_t room; int32_t failing, error, skip, count, hits, short_writes; };

static const char *directory;
static size_t directory_length;
static int log_fd = -1;
static struct control *control;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name)) dlsym(RTLD_NEXT, #name))
#define LOCKED(type, call) \
  pthread_mutex_lock(&turn); type result = call; int saved = errno; pthread_mutex_unlock(&turn); errno = saved; return result

static int is_ours(const char *path) {
  return directory && strncmp(path, directory, directory_length) == 0 && (path[directory_length] == '/' || !path[directory_length]);
}
static int path_of(int fd, char *path) {
  if (!directory) return 0;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  path[length < 0 ? 0 : length] = 0;
  return is_ours(path);
}
static void note(enum operation operation, const char *path, const void *data, size_t data_bytes, int64_t at) {
  if (log_fd < 0) return;
  struct record record = { operation, strlen(path), data_bytes, 0, at };
  struct iovec parts[] = { { &record, sizeof record }, { (void *) path, strlen(path) }, { (void *) data, data_bytes } };
  ssize_t whole = sizeof record + strlen(path) + data_bytes;
  if (REAL(writev)(log_fd, parts, 3) != whole) abort();
}
/* What the simulated hardware remembers lies in the same directory, and is on no disk of the charger's. */
static int is_hardware(const char *path) { return strstr(path, "/physical.json") != NULL; }
static int fails(enum operation operation, const char *path) {
  if (!control || is_hardware(path) || !(control->failing & 1 << operation) || control->count == 0) return 0;
  if (control->skip > 0) return control->skip--, 0;
  if (control->count > 0) control->count--;
  control->hits++;
  errno = control->error;
  return 1;
}
static int64_t size_of(const char *path) { struct stat it; return stat(path, &it) == 0 && S_ISREG(it.st_mode) ? it.st_size : -1; }
static void give_back(int64_t bytes) { if (control && control->room >= 0 && bytes > 0) control->room += bytes; }
/* How many of the bytes the disk takes: all, the part that still fits, or none. */
static size_t fitting(const char *path, size_t bytes, int64_t at) {
  if (!control || is_hardware(path)) return bytes;
  if (control->short_writes > 0 && bytes > 512) { control->short_writes--; control->hits++; bytes = 512; }
  int64_t size = size_of(path), growth = at + (int64_t) bytes - (size < at ? at : size);
  if (control->room < 0 || growth <= 0) return bytes;
  if (growth > control->room) { control->hits++; bytes -= growth - control->room; growth = control->room; }
  control->room -= growth;
  return bytes;
}
static ssize_t write_at(int fd, const char *path, const void *data, size_t bytes, int64_t at) {
  if (fails(WRITE, path)) return -1;
  size_t taken = fitting(path, bytes, at);
  if (bytes > 0 && taken == 0) return errno = ENOSPC, -1;
  ssize_t written = REAL(pwrite64)(fd, data, taken, at);
  if (written > 0) note(WRITE, path, data, written, at);
  return written;
}
static int open_at(int folder, const char *name, int flags, mode_t mode) {
  char path[PATH_MAX] = "";
  int64_t size = -1;
  if (name[0] == '/') { strncpy(path, name, PATH_MAX - 1); size = is_ours(path) ? size_of(path) : -1; }
  int is_watched = is_ours(path);
  if (is_watched && flags & O_CREAT && size < 0 && fails(CREATE, path)) return -1;
  int fd = REAL(openat64)(folder, name, flags, mode);
  if (fd < 0 || !is_watched || !(flags & (O_CREAT | O_TRUNC))) return fd;
  if (size < 0) note(CREATE, path, "", 0, 0);
  else if (flags & O_TRUNC) { note(TRUNCATE, path, "", 0, 0); give_back(size); }
  return fd;
}
static mode_t mode_in(int flags, va_list rest) { return flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; }
#define OPEN(folder) va_list rest; va_start(rest, flags); mode_t mode = mode_in(flags, rest); va_end(rest); \
  LOCKED(int, open_at(folder, name, flags, mode))
int open(const char *name, int flags, ...) { OPEN(AT_FDCWD); }
int open64(const char *name, int flags, ...) { OPEN(AT_FDCWD); }
int openat(int folder, const char *name, int flags, ...) { OPEN(folder); }
int openat64(int folder, const char *name, int flags, ...) { OPEN(folder); }

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t at) {
  char path[PATH_MAX];
  if (!path_of(fd, path)) return REAL(pwrite64)(fd, data, bytes, at);
  LOCKED(ssize_t, write_at(fd, path, data, bytes, at));
}
ssize_t pwrite(int fd, const void *data, size_t bytes, off_t at) { return pwrite64(fd, data, bytes, at); }
ssize_t write(int fd, const void *data, size_t bytes) {
  char path[PATH_MAX];
  if (!path_of(fd, path)) return REAL(write)(fd, data, bytes);
  pthread_mutex_lock(&turn);
  off64_t at = lseek64(fd, 0, fcntl(fd, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
  ssize_t written = write_at(fd, path, data, bytes, at);
  int saved = errno;
  if (written > 0) lseek64(fd, at + written, SEEK_SET);
  pthread_mutex_unlock(&turn);
  return errno = saved, written;
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  char path[PATH_MAX];
  if (path_of(fd, path)) abort(); /* Nothing does so today; what would escape the log must not go unnoticed. */
  return REAL(writev)(fd, parts, count);
}
static int truncate_at(int fd, const char *path, int64_t size) {
  int64_t before = size_of(path);
  if (fails(TRUNCATE, path) || REAL(ftruncate64)(fd, size) != 0) return -1;
  note(TRUNCATE, path, "", 0, size);
  give_back(before - size);
  return 0;
}
int ftruncate64(int fd, off64_t size) {
  char path[PATH_MAX];
  if (!path_of(fd, path)) return REAL(ftruncate64)(fd, size);
  LOCKED(int, truncate_at(fd, path, size));
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
static int synced(int result, const char *path) { if (result == 0) note(SYNC, path, "", 0, 0); return result; }
#define SYNC_WITH(name) char path[PATH_MAX]; if (!path_of(fd, path)) return REAL(name)(fd); \
  LOCKED(int, fails(SYNC, path) ? -1 : synced(REAL(name)(fd), path))
int fsync(int fd) { SYNC_WITH(fsync); }
int fdatasync(int fd) { SYNC_WITH(fdatasync); }
static int rename_to(const char *from, const char *to) {
  int64_t replaced = size_of(to);
  if (fails(RENAME, from) || REAL(rename)(from, to) != 0) return -1;
  note(RENAME, from, to, strlen(to), 0);
  give_back(replaced);
  return 0;
}
int rename(const char *from, const char *to) {
  if (!is_ours(from) && !is_ours(to)) return REAL(rename)(from, to);
  LOCKED(int, rename_to(from, to));
}
static int unlink_it(const char *path) {
  int64_t size = size_of(path);
  if (REAL(unlink)(path) != 0) return -1;
  note(UNLINK, path, "", 0, 0);
  give_back(size);
  return 0;
}
int unlink(const char *path) {
  if (!is_ours(path)) return REAL(unlink)(path);
  LOCKED(int, unlink_it(path));
}
static int made(int result, const char *path) { if (result == 0) note(MAKE_DIRECTORY, path, "", 0, 0); return result; }
int mkdir(const char *path, mode_t mode) {
  if (!is_ours(path)) return REAL(mkdir)(path, mode);
  LOCKED(int, made(REAL(mkdir)(path, mode), path));
}

__attribute__((constructor)) static void begin(void) {
  const char *log = getenv("CRASH_LOG"), *file = getenv("CRASH_CONTROL"), *watched = getenv("CRASH_DIRECTORY");
  if (log) log_fd = REAL(open64)(log, O_WRONLY | O_APPEND | O_CLOEXEC);
  int fd = file ? REAL(open64)(file, O_RDWR | O_CLOEXEC) : -1;
  if ((log && log_fd < 0) || (file && fd < 0)) abort();
  if (file) control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (control == MAP_FAILED) abort();
  note(START, "", "", 0, 0);
  directory_length = strlen(watched ? watched : "");
  directory = watched;
}
