import COpenSSL

/// Whether two secrets are equal, in a time that depends on their lengths alone.
public func constantTimeEqual(_ left: RawSpan, _ right: RawSpan) -> Bool {
  guard left.byteCount == right.byteCount else { return false }
  return left.withUnsafeBytes { left in
    right.withUnsafeBytes { right in
      guard let first = left.baseAddress, let second = right.baseAddress else { return true }
      return CRYPTO_memcmp(first, second, left.count) == 0
    }
  }
}
