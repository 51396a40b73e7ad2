// Load for an HTTP server: keeps so many connections busy, each with one request at a time.
//
//   bench-http-load PORT CONNECTIONS SECONDS FIRST <request
//
// Standard input is the request as it goes over the wire. A run of `@` in it becomes a number that
// counts up from FIRST, as wide as the run. Prints one JSON object. One thread, epoll, no
// allocation while it runs, so that the servers have the machine to themselves.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { most_connections = 1024, request_bytes = 1 << 16, answer_bytes = 1 << 20 };
enum { most_times = 1 << 22 };

struct connection {
  int socket;
  double sent_at;
  size_t filled;
  // Bytes of the answer in all, once its head is there.
  size_t wanted;
  char *answer;
};

static char request[request_bytes + 1];
static size_t request_length;
// Where the number stands in the request.
static char *number;
static size_t number_width;
static unsigned long next_number;

static float times[most_times];
static unsigned long answers, refused, received;
static char first_refusal[512];

static void die(const char *what) {
  fprintf(stderr, "bench-http-load: %s%s%s\n", what, errno ? ": " : "",
          errno ? strerror(errno) : "");
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void read_request(void) {
  ssize_t count;
  while ((count = read(0, request + request_length, request_bytes - request_length)) > 0) {
    request_length += (size_t)count;
  }
  if (!request_length || count < 0 || request_length == request_bytes) die("no fitting request");
  number = memchr(request, '@', request_length);
  if (number) number_width = strspn(number, "@");
}

static void send_request(struct connection *connection) {
  if (number) {
    unsigned long value = next_number++;
    for (size_t place = number_width; place > 0; place--, value /= 10) {
      number[place - 1] = (char)('0' + value % 10);
    }
  }
  connection->filled = connection->wanted = 0;
  connection->sent_at = now();
  for (size_t sent = 0; sent < request_length;) {
    ssize_t count = write(connection->socket, request + sent, request_length - sent);
    if (count < 0 && errno != EAGAIN) die("write");
    if (count > 0) sent += (size_t)count;
  }
}

// How long the answer is, 0 while its head is not complete.
static size_t length_of(struct connection *connection) {
  char *head = connection->answer;
  char *end = memmem(head, connection->filled, "\r\n\r\n", 4);
  if (!end) return 0;
  *end = 0;
  char *field = strcasestr(head, "\r\ncontent-length:");
  *end = '\r';
  errno = 0;
  if (!field) die("an answer without Content-Length");
  return (size_t)(end + 4 - head) + strtoul(field + 17, NULL, 10);
}

static void note(struct connection *connection) {
  if (answers < most_times) times[answers] = (float)(now() - connection->sent_at);
  answers++;
  received += connection->wanted;
  if (memcmp(connection->answer, "HTTP/1.1 2", 10) == 0) return;
  if (refused++ == 0) {
    size_t count = connection->filled < sizeof first_refusal ? connection->filled
                                                             : sizeof first_refusal - 1;
    memcpy(first_refusal, connection->answer, count);
  }
}

// Returns 1 when an answer is complete.
static int take(struct connection *connection) {
  ssize_t count = read(connection->socket, connection->answer + connection->filled,
                       answer_bytes - connection->filled);
  if (count < 0 && errno == EAGAIN) return 0;
  if (count <= 0) die("the server has gone");
  connection->filled += (size_t)count;
  if (!connection->wanted) connection->wanted = length_of(connection);
  if (connection->wanted > answer_bytes) die("an answer too large");
  if (!connection->wanted || connection->filled < connection->wanted) return 0;
  note(connection);
  return 1;
}

static int open_connection(int port) {
  int opened = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET,
      .sin_port = htons((uint16_t)port),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(opened, (struct sockaddr *)&address, sizeof address)) die("connect");
  int on = 1;
  setsockopt(opened, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return opened;
}

static int compare(const void *left, const void *right) {
  float difference = *(const float *)left - *(const float *)right;
  return (difference > 0) - (difference < 0);
}

static void report(double seconds) {
  size_t count = answers < most_times ? answers : most_times;
  qsort(times, count, sizeof *times, compare);
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  printf("{\"requests\": %lu, \"seconds\": %.6f, \"p50\": %.9f, \"p99\": %.9f, \"refused\": %lu, "
         "\"bytes\": %lu, \"cpu\": %.6f}\n",
         answers, seconds, count ? times[count / 2] : 0, count ? times[count * 99 / 100] : 0,
         refused, answers ? received / answers : 0, cpu);
  if (refused) fprintf(stderr, "%s\n", first_refusal);
}

int main(int count, char **arguments) {
  if (count != 5) die("PORT CONNECTIONS SECONDS FIRST <request");
  int port = atoi(arguments[1]), connections = atoi(arguments[2]);
  double seconds = atof(arguments[3]);
  next_number = strtoul(arguments[4], NULL, 10);
  if (connections < 1 || connections > most_connections) die("1 to 1024 connections");
  read_request();
  static struct connection all[most_connections];
  int poll = epoll_create1(0);
  for (int index = 0; index < connections; index++) {
    all[index].socket = open_connection(port);
    all[index].answer = malloc(answer_bytes);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[index]};
    epoll_ctl(poll, EPOLL_CTL_ADD, all[index].socket, &event);
  }
  double begin = now();
  for (int index = 0; index < connections; index++) send_request(&all[index]);
  struct epoll_event ready[64];
  for (int busy = connections; busy > 0;) {
    int events = epoll_wait(poll, ready, 64, 10000);
    if (events == 0) die("no answer in 10 s");
    for (int index = 0; index < events; index++) {
      struct connection *connection = ready[index].data.ptr;
      if (!take(connection)) continue;
      if (now() - begin < seconds) send_request(connection);
      else busy--;
    }
  }
  report(now() - begin);
  return 0;
}
