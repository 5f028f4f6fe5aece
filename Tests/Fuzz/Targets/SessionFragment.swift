import SDP

extension FuzzTarget {
  /// The body of a PATCH: trickled candidates or the credentials of an ICE restart.
  static let sessionFragment = FuzzTarget("SessionFragment") { input in
    guard let fragment = try? SessionFragment(parsing: String(decoding: input, as: UTF8.self)) else { return }
    _ = try? SessionFragment(parsing: fragment.serialized(media: "audio", mid: "0"))
  }
}
