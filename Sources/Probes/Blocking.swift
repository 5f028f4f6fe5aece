import Transport
import Wire

/// What blocks, on threads of their own.
enum Blocking {
  static func run<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () -> Result<Value, ProbeError>
  ) async -> Result<Value, ProbeError> {
    await withCheckedContinuation { continuation in
      do {
        _ = try NamedThread(name) { continuation.resume(returning: body()) }
      } catch {
        continuation.resume(returning: .failure(ProbeError("\(error)")))
      }
    }
  }
}

extension HostAddress {
  /// Asks the system's resolver, without blocking.
  func resolved(_ family: AddressFamily = .any) async throws(ProbeError) -> Endpoint {
    let result: Result<Endpoint, ProbeError> = await Blocking.run("resolver") {
      do {
        return .success(try self.resolve(family))
      } catch {
        return .failure(ProbeError("\(error)"))
      }
    }
    return try result.get()
  }
}

extension AddressFamily {
  /// A path's label where a target is measured by more than one.
  var label: String {
    switch self {
    case .any: ""
    case .v4: "IPv4"
    case .v6: "IPv6"
    }
  }
}
