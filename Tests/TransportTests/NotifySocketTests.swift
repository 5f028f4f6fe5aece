import Foundation
import Testing

@testable import Transport

/// A service manager's end of the socket, in the abstract namespace or as a file.
@Suite struct NotifySocketTests {
  final class Listener {
    let name: String
    private let descriptor: Int32
    private let path: String?

    init(abstract: Bool) throws {
      let unique = "kakehashi-notify-\(UUID().uuidString)"
      path = abstract ? nil : FileManager.default.temporaryDirectory.appendingPathComponent(unique).path
      name = path ?? "@\(unique)"
      descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      let bytes = Array((path ?? "\0\(unique)").utf8)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
      let length = socklen_t(
        MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: address.sun_path) + bytes.count)
      let result = withUnsafePointer(to: address) { address in
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
      }
      try #require(result == 0)
    }

    deinit {
      close(descriptor)
      if let path { unlink(path) }
    }

    /// What has come, without waiting: a datagram on this machine is there when it was sent.
    func received() -> String? {
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
      return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }
  }

  @Test("Readiness, life and the end reach the service manager", arguments: [true, false])
  func states(abstract: Bool) throws {
    let listener = try Listener(abstract: abstract)
    let notify = try #require(NotifySocket(environment: ["NOTIFY_SOCKET": listener.name]))
    notify.say(.ready("serves\nhttps://10.1.0.5:8443"))
    #expect(listener.received() == "READY=1\nSTATUS=serveshttps://10.1.0.5:8443", "a status is one line")
    notify.say(.alive)
    #expect(listener.received() == "WATCHDOG=1")
    notify.say(.stopping)
    #expect(listener.received() == "STOPPING=1")
    #expect(listener.received() == nil)
  }

  @Test("Without a service manager, or with a socket of another kind, there is nobody to tell")
  func nobody() {
    #expect(NotifySocket(environment: [:]) == nil)
    #expect(NotifySocket(environment: ["NOTIFY_SOCKET": ""]) == nil)
    #expect(NotifySocket(environment: ["NOTIFY_SOCKET": "vsock:2:1234"]) == nil)
    #expect(NotifySocket(environment: ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 200)]) == nil)
  }

  @Test("A watchdog is answered twice in its time, and only by the process it watches")
  func watchdog() throws {
    var environment = ["NOTIFY_SOCKET": "@nobody", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "71"]
    #expect(NotifySocket(environment: environment, process: 71)?.aliveInterval == .seconds(15))
    #expect(try #require(NotifySocket(environment: environment, process: 72)).aliveInterval == nil)
    environment["WATCHDOG_PID"] = nil
    #expect(NotifySocket(environment: environment, process: 72)?.aliveInterval == .seconds(15))
    environment["WATCHDOG_USEC"] = "never"
    #expect(try #require(NotifySocket(environment: environment)).aliveInterval == nil)
  }

  @Test("A service manager that is gone is no reason to fail")
  func gone() throws {
    let name = try Listener(abstract: true).name
    try #require(NotifySocket(environment: ["NOTIFY_SOCKET": name])).say(.alive)
  }
}
