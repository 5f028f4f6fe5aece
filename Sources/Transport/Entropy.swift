import CLinuxNet

/// The kernel's random numbers (getrandom(2)): keys, identifiers, initial sequence numbers.
public struct Entropy: RandomNumberGenerator, Sendable {
  public init() {}

  public func next() -> UInt64 {
    var value: UInt64 = 0
    withUnsafeMutableBytes(of: &value) { Self.fill($0) }
    return value
  }

  public static func bytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      fill(UnsafeMutableRawBufferPointer(buffer))
      initialized = count
    }
  }

  private static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
    guard linux_random(buffer.baseAddress, buffer.count) == 0 else {
      preconditionFailure("getrandom cannot fail on a kernel we support; going on without randomness is worse")
    }
  }
}
