#define _GNU_SOURCE
#include "CLinuxNet.h"

#include <errno.h>
#include <limits.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <malloc.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

_Static_assert(sizeof(struct linux_message) == sizeof(struct mmsghdr), "linux_message is mmsghdr");
_Static_assert(offsetof(struct linux_message, length) == offsetof(struct mmsghdr, msg_len), "linux_message is mmsghdr");
_Static_assert(LINUX_READABLE == EPOLLIN && LINUX_WRITABLE == EPOLLOUT && LINUX_FAILED == EPOLLERR, "epoll's bits");

// MARK: Addresses

static bool is_v4(uint64_t high, uint64_t low) { return high == 0 && low >> 32 == 0xffff; }

static void store_v6(struct in6_addr *address, uint64_t high, uint64_t low) {
  uint64_t words[2] = {htobe64(high), htobe64(low)};
  memcpy(address, words, 16);
}

static socklen_t store_name(struct sockaddr_in6 *name, struct linux_endpoint endpoint) {
  memset(name, 0, sizeof *name);
  if (is_v4(endpoint.high, endpoint.low)) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)name;
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    v4->sin_addr.s_addr = htonl((uint32_t)endpoint.low);
    return sizeof *v4;
  }
  name->sin6_family = AF_INET6;
  name->sin6_port = htons(endpoint.port);
  store_v6(&name->sin6_addr, endpoint.high, endpoint.low);
  return sizeof *name;
}

static void load_v4(struct in_addr address, uint64_t *high, uint64_t *low) {
  *high = 0;
  *low = 0x0000ffff00000000u | ntohl(address.s_addr);
}

static void load_v6(const struct in6_addr *address, uint64_t *high, uint64_t *low) {
  uint64_t words[2];
  memcpy(words, address, 16);
  *high = be64toh(words[0]);
  *low = be64toh(words[1]);
}

static struct linux_endpoint load_name(const struct sockaddr_in6 *name) {
  struct linux_endpoint endpoint = {0, 0, 0};
  if (name->sin6_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)name;
    load_v4(v4->sin_addr, &endpoint.high, &endpoint.low);
    endpoint.port = ntohs(v4->sin_port);
  } else if (name->sin6_family == AF_INET6) {
    load_v6(&name->sin6_addr, &endpoint.high, &endpoint.low);
    endpoint.port = ntohs(name->sin6_port);
  }
  return endpoint;
}

// MARK: Sockets

static int set(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value);
}

// As root a buffer may pass the system's limit; otherwise the kernel caps it, which is no error.
static void set_buffer(int fd, int forced, int capped, int bytes) {
  if (bytes > 0 && set(fd, SOL_SOCKET, forced, bytes) != 0) set(fd, SOL_SOCKET, capped, bytes);
}

static int set_departures(int fd, bool on) {
  int flags = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID |
              SOF_TIMESTAMPING_OPT_TSONLY;
  return set(fd, SOL_SOCKET, SO_TIMESTAMPING, on ? flags : 0);
}

static int configure(int fd, bool v4, struct linux_socket_options options) {
  int level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
  set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, options.receive_buffer_bytes);
  set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, options.send_buffer_bytes);
  if (!v4 && set(fd, level, IPV6_V6ONLY, 1) != 0) return -1;
  if (set(fd, level, v4 ? IP_PKTINFO : IPV6_RECVPKTINFO, 1) != 0) return -1;
  if (set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1) != 0) return -1;
  if (set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1) != 0) return -1;
  if (options.traffic_class && set(fd, level, v4 ? IP_RECVTOS : IPV6_RECVTCLASS, 1) != 0) return -1;
  if (options.hop_limit && set(fd, level, v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1) != 0) return -1;
  if (options.report_errors && set(fd, level, v4 ? IP_RECVERR : IPV6_RECVERR, 1) != 0) return -1;
  if (options.send_hop_limit > 0 && set(fd, level, v4 ? IP_TTL : IPV6_UNICAST_HOPS, options.send_hop_limit) != 0)
    return -1;
  // A kernel without departure reports sends all the same.
  if (options.report_departures) set_departures(fd, true);
  // A kernel without GRO delivers the same datagrams one by one.
  if (options.merge_segments) set(fd, IPPROTO_UDP, UDP_GRO, 1);
  return 0;
}

int linux_udp_socket(struct linux_endpoint local, struct linux_socket_options options) {
  bool v4 = is_v4(local.high, local.low);
  int protocol = !options.echo ? 0 : v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
  int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd < 0) return -1;
  struct sockaddr_in6 name;
  socklen_t length = store_name(&name, local);
  if (configure(fd, v4, options) != 0 || bind(fd, (struct sockaddr *)&name, length) != 0) {
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
  }
  return fd;
}

int linux_set_hop_limit(int fd, bool v4, int limit) {
  return set(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TTL : IPV6_UNICAST_HOPS, limit);
}

int linux_tcp_connect(struct linux_endpoint remote) {
  int fd = socket(is_v4(remote.high, remote.low) ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  struct sockaddr_in6 name;
  socklen_t length = store_name(&name, remote);
  if (connect(fd, (struct sockaddr *)&name, length) == 0 || errno == EINPROGRESS) return fd;
  int reason = errno;
  close(fd);
  errno = reason;
  return -1;
}

int linux_socket_error(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

int linux_local_endpoint(int fd, struct linux_endpoint *endpoint) {
  struct sockaddr_in6 name;
  memset(&name, 0, sizeof name);
  socklen_t length = sizeof name;
  if (getsockname(fd, (struct sockaddr *)&name, &length) != 0) return -1;
  *endpoint = load_name(&name);
  return 0;
}

int linux_close(int fd) { return close(fd); }

// MARK: Receiving

void linux_prepare_receive(struct linux_message *messages, struct linux_receive_slot *slots, size_t count,
                           void *storage, size_t bytes_each) {
  for (size_t index = 0; index < count; index++) {
    struct linux_receive_slot *slot = &slots[index];
    slot->payload.iov_base = (char *)storage + index * bytes_each;
    slot->payload.iov_len = bytes_each;
    struct msghdr *header = &messages[index].header;
    memset(header, 0, sizeof *header);
    header->msg_name = &slot->name;
    header->msg_iov = &slot->payload;
    header->msg_iovlen = 1;
    header->msg_control = slot->control;
  }
}

int linux_receive(int fd, struct linux_message *messages, size_t count) {
  for (size_t index = 0; index < count; index++) {
    messages[index].header.msg_namelen = sizeof(struct sockaddr_in6);
    messages[index].header.msg_controllen = sizeof(((struct linux_receive_slot *)0)->control);
  }
  int received;
  int tries = 0;
  do {
    received = recvmmsg(fd, (struct mmsghdr *)messages, (unsigned int)count, MSG_DONTWAIT, NULL);
    // Anything but "nothing there" is an error an earlier datagram left behind; reading it clears it.
  } while (received < 0 && errno != EAGAIN && errno != EBADF && ++tries < 4);
  return received;
}

static int control_int(const struct cmsghdr *control) {
  int value = 0;
  if (control->cmsg_len >= CMSG_LEN(sizeof value)) memcpy(&value, CMSG_DATA(control), sizeof value);
  else if (control->cmsg_len >= CMSG_LEN(1)) value = *(const uint8_t *)CMSG_DATA(control);
  return value;
}

static void read_control(struct linux_arrival *arrival, const struct cmsghdr *control) {
  const void *data = CMSG_DATA(control);
  if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS) {
    struct timespec stamp;
    memcpy(&stamp, data, sizeof stamp);
    arrival->realtime_nanoseconds = (int64_t)stamp.tv_sec * 1000000000 + stamp.tv_nsec;
  } else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL) {
    memcpy(&arrival->overflow, data, sizeof arrival->overflow);
    arrival->has_overflow = true;
  } else if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
    struct in_pktinfo info;
    memcpy(&info, data, sizeof info);
    load_v4(info.ipi_addr, &arrival->local_high, &arrival->local_low);
    arrival->is_unicast = info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr;
  } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
    struct in6_pktinfo info;
    memcpy(&info, data, sizeof info);
    load_v6(&info.ipi6_addr, &arrival->local_high, &arrival->local_low);
    arrival->is_unicast = !IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
  } else if (control->cmsg_level == IPPROTO_UDP && control->cmsg_type == UDP_GRO) {
    arrival->segment_bytes = (uint16_t)control_int(control);
  } else if ((control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_TOS) ||
             (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_TCLASS)) {
    arrival->traffic_class = (uint8_t)control_int(control);
  } else if ((control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_TTL) ||
             (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_HOPLIMIT)) {
    arrival->hop_limit = (uint8_t)control_int(control);
  }
}

struct linux_arrival linux_arrival_of(const struct linux_message *message) {
  struct linux_arrival arrival;
  memset(&arrival, 0, sizeof arrival);
  struct msghdr header = message->header;
  arrival.source = load_name(header.msg_name);
  arrival.bytes = message->length;
  arrival.is_truncated = (header.msg_flags & MSG_TRUNC) != 0;
  for (struct cmsghdr *control = CMSG_FIRSTHDR(&header); control; control = CMSG_NXTHDR(&header, control))
    read_control(&arrival, control);
  return arrival;
}

// MARK: Sending

static struct cmsghdr *put_control(struct msghdr *header, int level, int type, const void *data, size_t bytes) {
  struct cmsghdr *control = (struct cmsghdr *)((char *)header->msg_control + header->msg_controllen);
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(bytes);
  memcpy(CMSG_DATA(control), data, bytes);
  header->msg_controllen += CMSG_SPACE(bytes);
  return control;
}

void linux_prepare_send(struct linux_message *message, struct linux_send_slot *slot, struct linux_endpoint destination,
                        uint64_t local_high, uint64_t local_low, struct iovec *payload, size_t payload_count,
                        uint16_t segment_bytes, uint8_t traffic_class) {
  _Static_assert(sizeof slot->control >= CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t)) +
                                             CMSG_SPACE(sizeof(int)), "every control message fits");
  bool v4 = is_v4(destination.high, destination.low);
  struct msghdr *header = &message->header;
  memset(header, 0, sizeof *header);
  memset(slot->control, 0, sizeof slot->control);
  header->msg_name = &slot->name;
  header->msg_namelen = store_name(&slot->name, destination);
  header->msg_iov = payload;
  header->msg_iovlen = payload_count;
  header->msg_control = slot->control;
  if ((local_high | local_low) != 0) {
    if (v4) {
      struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl((uint32_t)local_low)};
      put_control(header, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    } else {
      struct in6_pktinfo info = {.ipi6_ifindex = 0};
      store_v6(&info.ipi6_addr, local_high, local_low);
      put_control(header, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    }
  }
  if (segment_bytes != 0) put_control(header, IPPROTO_UDP, UDP_SEGMENT, &segment_bytes, sizeof segment_bytes);
  if (traffic_class != 0) {
    int value = traffic_class;
    put_control(header, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TOS : IPV6_TCLASS, &value, sizeof value);
  }
  if (header->msg_controllen == 0) header->msg_control = NULL;
}

int linux_send(int fd, struct linux_message *messages, size_t count) {
  int sent;
  do {
    sent = sendmmsg(fd, (struct mmsghdr *)messages, (unsigned int)count, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent;
}

static void read_report(struct linux_report *report, const struct cmsghdr *control) {
  if ((control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_RECVERR) ||
      (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_RECVERR)) {
    struct sock_extended_err error;
    memcpy(&error, CMSG_DATA(control), sizeof error);
    report->is_departure = error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING;
    report->error = report->is_departure ? 0 : (int)error.ee_errno;
    report->number = error.ee_data;
    // ICMP type 11, ICMPv6 type 3 (RFC 792, RFC 4443 section 3.3).
    report->is_hop_limit = (error.ee_origin == SO_EE_ORIGIN_ICMP && error.ee_type == 11) ||
                           (error.ee_origin == SO_EE_ORIGIN_ICMP6 && error.ee_type == 3);
    // Who sent it follows, where that is known.
    struct sockaddr_in6 offender;
    memset(&offender, 0, sizeof offender);
    if (control->cmsg_len > CMSG_LEN(sizeof error)) {
      size_t room = control->cmsg_len - CMSG_LEN(sizeof error);
      memcpy(&offender, CMSG_DATA(control) + sizeof error, room < sizeof offender ? room : sizeof offender);
    }
    struct linux_endpoint reporter = load_name(&offender);
    report->reporter_high = reporter.high;
    report->reporter_low = reporter.low;
  } else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPING) {
    struct scm_timestamping stamps;
    memcpy(&stamps, CMSG_DATA(control), sizeof stamps);
    report->realtime_nanoseconds = (int64_t)stamps.ts[0].tv_sec * 1000000000 + stamps.ts[0].tv_nsec;
  }
}

int linux_next_report(int fd, struct linux_report *report) {
  struct sockaddr_in6 name;
  memset(&name, 0, sizeof name);
  memset(report, 0, sizeof *report);
  uint64_t buffer[64];
  uint32_t quoted = 0;
  struct iovec iov = {&quoted, sizeof quoted};
  struct msghdr header = {.msg_name = &name, .msg_namelen = sizeof name, .msg_iov = &iov, .msg_iovlen = 1,
                          .msg_control = buffer, .msg_controllen = sizeof buffer};
  ssize_t bytes = recvmsg(fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT);
  if (bytes < 0) return 0;
  report->destination = load_name(&name);
  report->has_tag = bytes == sizeof quoted;
  report->tag = ntohl(quoted);
  for (struct cmsghdr *control = CMSG_FIRSTHDR(&header); control; control = CMSG_NXTHDR(&header, control))
    read_report(report, control);
  return 1;
}

int linux_report_departures(int fd, bool on) {
  // The kernel counts from 0 when OPT_ID is set that was not, and only what it reports.
  int flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
  return set(fd, SOL_SOCKET, SO_TIMESTAMPING, on ? flags | SOF_TIMESTAMPING_TX_SOFTWARE : flags);
}

int linux_restart_departures(int fd) {
  if (set_departures(fd, false) != 0) return -1;
  return set_departures(fd, true);
}

// MARK: Waiting

int linux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int linux_epoll_add(int epoll, int fd, uint64_t token, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u64 = token};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int linux_epoll_remove(int epoll, int fd) { return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL); }

int linux_epoll_wait(int epoll, struct linux_event *events, int count, int64_t nanoseconds) {
  enum { most = 64 };
  struct epoll_event ready[most];
  struct timespec timeout = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  int found = epoll_pwait2(epoll, ready, count < most ? count : most, nanoseconds < 0 ? NULL : &timeout, NULL);
  if (found < 0 && errno == ENOSYS) {
    // A kernel before 5.11, or valgrind: to the millisecond, never too early.
    int64_t milliseconds = nanoseconds < 0 ? -1 : nanoseconds / 1000000 + (nanoseconds % 1000000 != 0);
    found = epoll_wait(epoll, ready, count < most ? count : most, milliseconds > INT_MAX ? INT_MAX : (int)milliseconds);
  }
  for (int index = 0; index < found; index++) {
    events[index].token = ready[index].data.u64;
    events[index].events = ready[index].events;
  }
  return found < 0 ? 0 : found;
}

int linux_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void linux_eventfd_signal(int fd) {
  // Fails only when the counter is at its top, which is signalled already.
  (void)!eventfd_write(fd, 1);
}

void linux_eventfd_clear(int fd) {
  eventfd_t value;
  (void)!eventfd_read(fd, &value);
}

// MARK: Clocks, threads, randomness

static int64_t read_clock(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t linux_clock_monotonic(void) { return read_clock(CLOCK_MONOTONIC); }

int64_t linux_clock_realtime(void) { return read_clock(CLOCK_REALTIME); }

struct linux_clock_state linux_clock_state(void) {
  struct timex request = {.modes = 0};
  int result = adjtimex(&request);
  struct linux_clock_state state = {
      .is_synchronized = result >= 0 && result != TIME_ERROR && (request.status & STA_UNSYNC) == 0,
      .maximum_error_nanoseconds = (int64_t)request.maxerror * 1000,
      .tai_offset_seconds = request.tai,
  };
  return state;
}

void linux_name_thread(const char *name) {
  char kept[16];
  strncpy(kept, name, sizeof kept - 1);
  kept[sizeof kept - 1] = 0;
  pthread_setname_np(pthread_self(), kept);
  prctl(PR_SET_TIMERSLACK, 1);
}

int linux_raise_thread(void) {
  struct sched_param parameters = {.sched_priority = 1};
  if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameters) == 0) return 2;
  return setpriority(PRIO_PROCESS, (id_t)gettid(), -10) == 0 ? 1 : 0;
}

void linux_lower_thread(void) {
  struct sched_param parameters = {.sched_priority = 0};
  sched_setscheduler(0, SCHED_OTHER, &parameters);
  setpriority(PRIO_PROCESS, (id_t)gettid(), 0);
}

int linux_pin_thread(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (processor < 0 || processor >= CPU_SETSIZE) {
    errno = EINVAL;
    return -1;
  }
  CPU_SET(processor, &set);
  int result = pthread_setaffinity_np(pthread_self(), sizeof set, &set);
  if (result != 0) errno = result;
  return result == 0 ? 0 : -1;
}

int linux_random(void *buffer, size_t bytes) {
  size_t filled = 0;
  while (filled < bytes) {
    ssize_t got = getrandom((char *)buffer + filled, bytes - filled, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    filled += (size_t)got;
  }
  return 0;
}

uint64_t linux_heap_bytes(void) {
  struct mallinfo2 use = mallinfo2();
  return use.uordblks + use.hblkhd;
}
