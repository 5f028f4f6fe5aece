import CLinuxNet
import Glibc
import Wire

/// A UDP socket bound to one IPv4 or IPv6 endpoint, read and written in batches. Belongs to one thread.
///
/// It never shares its port: a second process (or a second start of this one) gets `portInUse`.
public struct UDPSocket: ~Copyable {
  public struct Options: Sendable {
    /// Asked of the kernel, which caps them at `net.core.rmem_max` and `wmem_max` unless we are root.
    public var receiveBufferBytes = 4 << 20
    public var sendBufferBytes = 4 << 20
    /// Lets the kernel deliver runs of equal datagrams as one (GRO); needs a `ReceiveBatch` of 64 KiB a message.
    public var mergesSegments = false
    /// Tells each datagram's DSCP and ECN.
    public var tellsTrafficClass = false
    /// Tells each datagram's TTL or hop limit.
    public var tellsHopLimit = false
    /// Keeps ICMP errors for `nextReport`.
    public var reportsUnreachable = false
    /// Tells by `nextReport` when each datagram left, where the kernel can (SO_TIMESTAMPING).
    public var reportsDepartures = false
    /// TTL or hop limit of what is sent; `nil` is the system's default.
    public var hopLimit: UInt8?
    /// Sends and receives ICMP echo messages, header first, instead of UDP: the kernel chooses their identifier. Needs a
    /// group within `net.ipv4.ping_group_range`.
    public var echoes = false

    public init() {}
  }

  /// For `EventLoop.watch`.
  public let descriptor: Int32
  /// The endpoint bound to, with the port the system chose where 0 was asked for.
  public let localEndpoint: Endpoint
  /// Datagrams the kernel dropped because its receive queue was full, since the socket was made.
  public private(set) var kernelDrops: UInt64 = 0
  private var lastOverflow: UInt32 = 0

  /// Port 0 takes a free port; an address of all zeros takes every address of its family, and of no other.
  public init(bindingTo endpoint: Endpoint, options: Options = Options()) throws(UDPSocketError) {
    descriptor = linux_udp_socket(
      endpoint.linux,
      linux_socket_options(
        receive_buffer_bytes: Int32(clamping: options.receiveBufferBytes),
        send_buffer_bytes: Int32(clamping: options.sendBufferBytes), merge_segments: options.mergesSegments,
        report_errors: options.reportsUnreachable, traffic_class: options.tellsTrafficClass,
        hop_limit: options.tellsHopLimit, send_hop_limit: Int32(options.hopLimit ?? 0),
        report_departures: options.reportsDepartures, echo: options.echoes))
    guard descriptor >= 0 else { throw UDPSocketError(endpoint: endpoint, code: errno, echoes: options.echoes) }
    var bound = linux_endpoint()
    guard linux_local_endpoint(descriptor, &bound) == 0 else {
      let code = errno
      _ = linux_close(descriptor)
      throw UDPSocketError(endpoint: endpoint, code: code, echoes: options.echoes)
    }
    localEndpoint = Endpoint(bound)
  }

  deinit {
    _ = linux_close(descriptor)
  }

  /// Fills `batch` with what waits, without blocking; what it held before is gone. Returns whether anything came.
  public mutating func receive(into batch: inout ReceiveBatch) -> Bool {
    guard let overflow = batch.fill(from: descriptor) else { return false }
    if let overflow {
      kernelDrops &+= UInt64(overflow &- lastOverflow)
      lastOverflow = overflow
    }
    return true
  }

  /// Sends and empties `batch`. What could not be sent is dropped and counted, never waited for.
  @discardableResult
  public borrowing func flush(_ batch: inout SendBatch) -> SendSummary {
    batch.flush(to: descriptor)
  }

  /// The same, and `nextReport` tells when these datagrams left, where the kernel can; others of the socket are neither
  /// told nor counted. For sockets without `reportsDepartures`.
  public borrowing func flushReportingDepartures(_ batch: inout SendBatch) -> SendSummary {
    _ = linux_report_departures(descriptor, true)
    let summary = batch.flush(to: descriptor)
    _ = linux_report_departures(descriptor, false)
    return summary
  }

  /// TTL or hop limit of what is sent from now on.
  public borrowing func setHopLimit(_ limit: UInt8) {
    _ = linux_set_hop_limit(descriptor, localEndpoint.address.isV4, Int32(limit))
  }

  /// What the network or the kernel says of datagrams sent; needs `reportsUnreachable`,
  /// `reportsDepartures` or `flushReportingDepartures`.
  public borrowing func nextReport() -> SocketReport? {
    var report = linux_report()
    while linux_next_report(descriptor, &report) == 1 {
      if report.is_departure {
        guard report.realtime_nanoseconds != 0 else { continue }
        return .departed(number: report.number, at: WallTime(nanoseconds: report.realtime_nanoseconds))
      }
      guard report.error != 0 else { continue }
      return .unreachable(
        Unreachable(
          destination: Endpoint(report.destination), code: report.error, tag: report.has_tag ? report.tag : nil,
          reporter: report.reporter_low == 0
            ? nil : IPAddress(high: report.reporter_high, low: report.reporter_low),
          isHopLimitExceeded: report.is_hop_limit))
    }
    return nil
  }

  /// Has departures counted from 0 again: a datagram that could not be sent may have been counted or not.
  public borrowing func restartDepartures() {
    var report = linux_report()
    while linux_next_report(descriptor, &report) == 1 {}
    _ = linux_restart_departures(descriptor)
  }
}

/// What is told of a datagram after it was sent.
public enum SocketReport: Sendable, Equatable {
  case unreachable(Unreachable)
  /// The kernel handed it to the interface. `number` counts the socket's datagrams from 0 and wraps.
  case departed(number: UInt32, at: WallTime)
}

/// An ICMP error: the network's or the host's own word that datagrams do not get there.
public struct Unreachable: Sendable, Equatable {
  public let destination: Endpoint
  /// errno: ECONNREFUSED when the host has no such port, EHOSTUNREACH, ENETUNREACH, EMSGSIZE and so on.
  public let code: Int32
  /// The first four bytes of the datagram as a number, where the report quotes that much of it.
  public let tag: UInt32?
  /// Who says so, a router on the way or the host itself; `nil` where that is not told.
  public let reporter: IPAddress?
  /// A router gave the datagram up because it had come as far as its hop limit let it.
  public let isHopLimitExceeded: Bool

  /// The host answers but nothing listens on that port.
  public var isRefused: Bool { code == ECONNREFUSED }
}

/// Why a socket could not be made, in a sentence that names the endpoint.
public enum UDPSocketError: Error, Equatable, Sendable, CustomStringConvertible {
  case portInUse(Endpoint)
  case addressNotOnThisMachine(Endpoint)
  case portNeedsPrivilege(Endpoint)
  case echoNotAllowed
  case failed(Endpoint, SystemError)

  init(endpoint: Endpoint, code: Int32, echoes: Bool) {
    switch code {
    case EACCES where echoes: self = .echoNotAllowed
    case EADDRINUSE: self = .portInUse(endpoint)
    case EADDRNOTAVAIL: self = .addressNotOnThisMachine(endpoint)
    case EACCES: self = .portNeedsPrivilege(endpoint)
    default: self = .failed(endpoint, SystemError("listen on UDP \(endpoint)", code: code))
    }
  }

  public var description: String {
    switch self {
    case .portInUse(let endpoint):
      "UDP port \(endpoint.port) on \(endpoint.address) is in use; stop the program that holds it "
        + "(`ss -lunp 'sport = :\(endpoint.port)'` names it) or configure another port."
    case .addressNotOnThisMachine(let endpoint):
      "\(endpoint.address) is not an address of this machine; configure one that `ip address` lists."
    case .portNeedsPrivilege(let endpoint):
      "UDP port \(endpoint.port) needs a privilege; run with CAP_NET_BIND_SERVICE or configure a port above 1023."
    case .echoNotAllowed:
      "This machine lets no ordinary program send ICMP echo requests; as root: "
        + "sysctl -w net.ipv4.ping_group_range=\"0 2147483647\"."
    case .failed(_, let error):
      error.description
    }
  }
}
