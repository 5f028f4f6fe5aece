/// How versions 1 and 2 of the wire form hold a histogram: for each bucket the step of its index and its count.
///
/// Their buckets had the layout of `Distribution`'s, carried on below 0.94 ms by ten more octaves down to a width of 14 ns;
/// so each lies within one of today's.
struct BucketList {
  private(set) var buckets: [Distribution.Bucket] = []
  private var index: UInt64 = 0
  private var counted: UInt64 = 0
  private var isEmpty = true

  private static let finerOctaves = 10
  private static let subdivisionBits = Distribution.subdivisionBits
  /// Indices are less than this.
  static let bucketLimit = Distribution.bucketLimit + finerOctaves << subdivisionBits

  /// Takes the next bucket, which lies `step` above the one before; `false` when there can be no such bucket.
  mutating func append(step: UInt64, count: UInt64) -> Bool {
    let (sum, overflow) = counted.addingReportingOverflow(count)
    guard step < UInt64(Self.bucketLimit), step > 0 || isEmpty, count > 0, !overflow else { return false }
    index += step
    counted = sum
    isEmpty = false
    guard index < UInt64(Self.bucketLimit) else { return false }
    let place = Self.place(of: Int(index))
    if let last = buckets.last, last.index == place {
      buckets[buckets.count - 1].count += count
    } else {
      buckets.append(Distribution.Bucket(index: place, count: count))
    }
    return true
  }

  /// Today's bucket that holds the one of that index.
  static func place(of index: Int) -> UInt16 {
    let octave = max(0, index >> subdivisionBits - 1)
    let scaled = UInt64(index - octave << subdivisionBits) << UInt64(octave)
    return Distribution.bucketIndex(ofScaled: scaled >> UInt64(finerOctaves))
  }
}
