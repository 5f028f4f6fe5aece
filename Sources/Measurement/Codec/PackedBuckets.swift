/// How a histogram is held since version 3 of the wire form: bits, most significant first.
///
/// The first bucket is the minimum's. After a byte `k` come the count of each bucket but the last, less 1, as an
/// Exponential-Golomb code of order k, and the step from each bucket to the next, less 1, as one of order 0; the last
/// bucket holds what is left of the total. Zero bits fill the last byte. The codes are those of H.264 (clause 9.1):
/// neighbouring buckets with counts of one magnitude, which is what a histogram of packets is, take half a byte each.
enum PackedBuckets {
  /// `buckets` follow one another by rising index; their counts add up to `total`.
  static func write(_ buckets: [Distribution.Bucket], total: UInt64, into bytes: inout [UInt8]) {
    guard buckets.count > 1 else { return }
    let order = UInt64.bitWidth - 1 - (total / UInt64(buckets.count)).leadingZeroBitCount
    bytes.append(UInt8(truncatingIfNeeded: order))
    // Half a byte for each bucket is what most take.
    var bits = BitWriter(capacity: buckets.count)
    for (bucket, next) in zip(buckets, buckets.dropFirst()) {
      bits.write(bucket.count - 1, order: order)
      bits.write(UInt64(next.index - bucket.index) - 1, order: 0)
    }
    bits.finish(into: &bytes)
  }

  /// `nil` where that is no histogram, or where the bits do not suffice (`bits.isExhausted`).
  static func read(
    _ count: Int, total: UInt64, minimum: UInt64, from bits: inout BitReader
  ) -> [Distribution.Bucket]? {
    var buckets: [Distribution.Bucket] = []
    buckets.reserveCapacity(count)
    var index = UInt64(Distribution.bucketIndex(of: minimum))
    var rest = total
    if count > 1 {
      guard let order = bits.read(8), order < UInt64.bitWidth else { return nil }
      for _ in 1..<count {
        guard let counted = bits.read(order: Int(order)), counted < rest - 1, let step = bits.read(order: 0) else {
          return nil
        }
        buckets.append(Distribution.Bucket(index: UInt16(index), count: counted + 1))
        rest -= counted + 1
        index += min(step, UInt64(Distribution.bucketLimit)) + 1
        guard index < UInt64(Distribution.bucketLimit) else { return nil }
      }
      guard bits.alignToByte() else { return nil }
    }
    buckets.append(Distribution.Bucket(index: UInt16(index), count: rest))
    return buckets
  }
}
