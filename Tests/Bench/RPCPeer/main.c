// The yardstick: a bare epoll loop that speaks the RPC's wire format with protobuf-c and nothing else.
// It answers every request with an igny8.common.v1.ProgressItem whose `result` is as long as the
// request's `credits_used` asks for. One thread.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common_v1_common.pb-c.h"
#include "rpc_v1_rpc.pb-c.h"

enum {
  in_bytes = 1 << 18,
  arena_bytes = 1 << 16,
  most_result = 1 << 20,
  // What an answer takes beside its result.
  answer_lead = 1 << 10,
  // So much is sent while further requests wait in the buffer.
  enough_to_send = 1 << 19,
};

// A connection's bytes: what has come in and is not a whole frame yet, and what is to go out.
struct connection {
  int socket;
  int has_preface, awaits_room;
  size_t in_count, out_start, out_end, out_room;
  uint8_t *out;
  uint8_t in[in_bytes];
};

// One bump allocator for all messages of one request.
static uint8_t arena[arena_bytes];
static size_t arena_used;

static void *arena_alloc(void *data, size_t size) {
  (void)data;
  size_t start = (arena_used + 15) & ~(size_t)15;
  if (start + size > arena_bytes) return NULL;
  arena_used = start + size;
  return arena + start;
}

static void arena_free(void *data, void *pointer) { (void)data, (void)pointer; }

static ProtobufCAllocator allocator = {arena_alloc, arena_free, NULL};

static uint32_t read_u32(const uint8_t *bytes) {
  uint32_t value;
  memcpy(&value, bytes, 4);
  return ntohl(value);
}

static void write_u32(uint8_t *bytes, uint32_t value) {
  value = htonl(value);
  memcpy(bytes, &value, 4);
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static char text[251], result[most_result + 1];

// The end of the output, with room for `size` bytes.
static uint8_t *room(struct connection *connection, size_t size) {
  if (connection->out_room - connection->out_end < size) {
    connection->out_room = 2 * connection->out_room + size;
    connection->out = realloc(connection->out, connection->out_room);
    if (!connection->out) die("out of memory");
  }
  return connection->out + connection->out_end;
}

static void answer(
    struct connection *connection, const uint8_t *payload, size_t length, uint32_t call) {
  arena_used = 0;
  size_t header_length = read_u32(payload);
  Igny8__Rpc__V1__RequestHeader *header =
      igny8__rpc__v1__request_header__unpack(&allocator, header_length, payload + 4);
  Igny8__Common__V1__ProgressItem *request = igny8__common__v1__progress_item__unpack(
      &allocator, length - 4 - header_length, payload + 4 + header_length);
  if (!header || !request || !header->has_method) die("malformed request");
  size_t result_length = (size_t)request->credits_used;
  if (result_length > most_result) die("too long a result");
  Igny8__Common__V1__ProgressItem reply;
  igny8__common__v1__progress_item__init(&reply);
  reply.phase = request->phase;
  reply.has_percentage = 1;
  reply.percentage = request->percentage + 1;
  reply.message = text;
  reply.result = result + most_result - result_length;
  reply.has_credits_used = 1;
  reply.credits_used = 7;
  uint8_t *out = room(connection, result_length + answer_lead);
  size_t size = igny8__common__v1__progress_item__pack(&reply, out + 16);
  write_u32(out, (uint32_t)size + 4);
  out[4] = 2;
  memset(out + 5, 0, 3);
  write_u32(out + 8, call);
  write_u32(out + 12, 0);
  connection->out_end += size + 16;
}

// Sends what the socket takes.
static void send_some(struct connection *connection) {
  while (connection->out_start < connection->out_end) {
    ssize_t count = write(
        connection->socket, connection->out + connection->out_start,
        connection->out_end - connection->out_start);
    if (count < 0) return;
    connection->out_start += (size_t)count;
  }
  connection->out_start = connection->out_end = 0;
}

static void await(int poll, struct connection *connection) {
  int must_wait = connection->out_end > 0;
  if (must_wait == connection->awaits_room) return;
  connection->awaits_room = must_wait;
  struct epoll_event event = {
      .events = EPOLLIN | (must_wait ? EPOLLOUT : 0), .data.ptr = connection};
  epoll_ctl(poll, EPOLL_CTL_MOD, connection->socket, &event);
}

// Returns 0 when the peer has left.
static int serve(struct connection *connection) {
  ssize_t count = read(
      connection->socket, connection->in + connection->in_count,
      in_bytes - connection->in_count);
  if (count <= 0) return count < 0 && errno == EAGAIN;
  connection->in_count += (size_t)count;
  size_t position = 0;
  if (!connection->has_preface && connection->in_count >= 16) {
    memcpy(room(connection, 16), connection->in, 16);
    connection->out_end += 16;
    connection->has_preface = 1;
    position = 16;
  }
  while (connection->in_count - position >= 12) {
    const uint8_t *frame = connection->in + position;
    size_t length = read_u32(frame);
    if (connection->in_count - position < 12 + length) break;
    if (frame[4] == 1) answer(connection, frame + 12, length, read_u32(frame + 8));
    position += 12 + length;
    if (connection->out_end - connection->out_start > enough_to_send) send_some(connection);
  }
  memmove(connection->in, connection->in + position, connection->in_count - position);
  connection->in_count -= position;
  return 1;
}

int main(void) {
  memset(text, 't', 250);
  memset(result, 'r', most_result);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 64)) die("listen");
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  int poll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  struct epoll_event ready[64];
  for (;;) {
    int count = epoll_wait(poll, ready, 64, -1);
    for (int index = 0; index < count; index++) {
      struct connection *connection = ready[index].data.ptr;
      if (!connection) {
        connection = calloc(1, sizeof *connection);
        connection->socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        int on = 1;
        setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        event = (struct epoll_event){.events = EPOLLIN, .data.ptr = connection};
        epoll_ctl(poll, EPOLL_CTL_ADD, connection->socket, &event);
      } else if (ready[index].events & ~EPOLLOUT && !serve(connection)) {
        close(connection->socket);
        free(connection->out);
        free(connection);
      } else {
        send_some(connection);
        await(poll, connection);
      }
    }
  }
}
