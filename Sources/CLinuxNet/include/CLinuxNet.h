// What Swift's Glibc module cannot see: calls and types behind _GNU_SOURCE, CMSG_* macros, UDP offloads.
// Every call returns what the system call returns, with errno set.
#ifndef CLINUXNET_H
#define CLINUXNET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

// An address in the form of Wire.IPAddress (IPv4 mapped into IPv6) as two numbers in host order, and a port.
struct linux_endpoint {
  uint64_t high;
  uint64_t low;
  uint16_t port;
};

// MARK: Sockets

struct linux_socket_options {
  int receive_buffer_bytes;
  int send_buffer_bytes;
  bool merge_segments;   // UDP_GRO
  bool report_errors;    // IP_RECVERR
  bool traffic_class;    // IP_RECVTOS: every datagram's DSCP and ECN
  bool hop_limit;        // IP_RECVTTL
  int send_hop_limit;    // 0: the system's default
  bool report_departures;  // SO_TIMESTAMPING: when each datagram left, by linux_next_report
  bool echo;             // ICMP echo without privilege (net.ipv4.ping_group_range), not UDP
};

// A non-blocking UDP socket bound to `local`, with kernel time stamps, packet information and overflow counts on.
// Neither SO_REUSEADDR nor SO_REUSEPORT is set. Returns the descriptor, or -1.
int linux_udp_socket(struct linux_endpoint local, struct linux_socket_options options);
int linux_local_endpoint(int fd, struct linux_endpoint *endpoint);
int linux_close(int fd);
int linux_set_hop_limit(int fd, bool v4, int limit);

// A non-blocking TCP socket that has begun to connect: writable once that is decided. Returns the descriptor, or -1.
int linux_tcp_connect(struct linux_endpoint remote);
// SO_ERROR: 0 when the connection is there.
int linux_socket_error(int fd);

// MARK: Batches

// Equal to struct mmsghdr.
struct linux_message {
  struct msghdr header;
  unsigned int length;
};

// What one message needs beside its payload; room for every control message we ask for.
struct linux_receive_slot {
  struct iovec payload;
  struct sockaddr_in6 name;
  uint64_t control[32];
};

struct linux_arrival {
  struct linux_endpoint source;
  uint64_t local_high;
  uint64_t local_low;
  int64_t realtime_nanoseconds;  // 0: the kernel gave no stamp
  uint32_t overflow;             // SO_RXQ_OVFL since the socket was made
  uint32_t bytes;
  uint16_t segment_bytes;        // 0: one datagram
  uint8_t traffic_class;
  uint8_t hop_limit;
  bool has_overflow;
  bool is_truncated;
  bool is_unicast;               // sent to an address of ours alone, not broadcast or multicast
};

void linux_prepare_receive(struct linux_message *messages, struct linux_receive_slot *slots, size_t count,
                           void *storage, size_t bytes_each);
int linux_receive(int fd, struct linux_message *messages, size_t count);
struct linux_arrival linux_arrival_of(const struct linux_message *message);

struct linux_send_slot {
  struct sockaddr_in6 name;
  uint64_t control[12];
};

// Fills `message` for `destination`. A `local` of zero leaves the source to the routing table; `segment_bytes` of zero
// sends one datagram; `traffic_class` of zero leaves the socket's.
void linux_prepare_send(struct linux_message *message, struct linux_send_slot *slot, struct linux_endpoint destination,
                        uint64_t local_high, uint64_t local_low, struct iovec *payload, size_t payload_count,
                        uint16_t segment_bytes, uint8_t traffic_class);
int linux_send(int fd, struct linux_message *messages, size_t count);

// What the error queue tells: an ICMP error with the first four bytes, in network order, of the datagram it quotes,
// where it quotes that much; or when a datagram left.
struct linux_report {
  struct linux_endpoint destination;
  int error;
  uint32_t tag;
  bool has_tag;
  bool is_departure;
  uint32_t number;               // of a departure: datagrams sent before it since reports were switched on
  int64_t realtime_nanoseconds;  // of a departure
  uint64_t reporter_high;        // who sent an error; 0 where that is not told
  uint64_t reporter_low;
  bool is_hop_limit;             // the error: the hop limit was used up
};

// One report of the error queue (needs report_errors or report_departures): 1, or 0 when there is none.
int linux_next_report(int fd, struct linux_report *report);
// Whether the departures of what is sent from now on are told and counted; what was told and counted before stays.
int linux_report_departures(int fd, bool on);
// Has departures counted from 0 again.
int linux_restart_departures(int fd);

// MARK: Waiting

struct linux_event {
  uint64_t token;
  uint32_t events;
};

enum { LINUX_READABLE = 1, LINUX_WRITABLE = 4, LINUX_FAILED = 8 };

int linux_epoll_create(void);
int linux_epoll_add(int epoll, int fd, uint64_t token, uint32_t events);
int linux_epoll_remove(int epoll, int fd);
// Waits for at most `nanoseconds` (negative: for ever); EINTR counts as nothing ready.
int linux_epoll_wait(int epoll, struct linux_event *events, int count, int64_t nanoseconds);

int linux_eventfd(void);
void linux_eventfd_signal(int fd);
void linux_eventfd_clear(int fd);

// MARK: Clocks, threads, randomness

int64_t linux_clock_monotonic(void);
int64_t linux_clock_realtime(void);

struct linux_clock_state {
  bool is_synchronized;
  int64_t maximum_error_nanoseconds;
  int32_t tai_offset_seconds;
};

struct linux_clock_state linux_clock_state(void);

// Names the calling thread (15 bytes are kept) and lets its timers fire as exactly as the kernel can.
void linux_name_thread(const char *name);
int linux_pin_thread(int processor);
// Lets the calling thread run before others, as far as the system allows: 2 at once (SCHED_FIFO), 1 with more weight,
// 0 as before. `linux_lower_thread` takes it back.
int linux_raise_thread(void);
void linux_lower_thread(void);
int linux_random(void *buffer, size_t bytes);

// Bytes that malloc has given out and not been given back.
uint64_t linux_heap_bytes(void);

#endif
