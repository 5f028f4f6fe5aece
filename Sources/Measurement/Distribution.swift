/// A mergeable summary of durations in nanoseconds: exact count, sum, least and greatest, and a sparse histogram.
///
/// The histogram is log-linear: 64 equal buckets to the octave, so a percentile is within 0.8 % of the true one, or within
/// 7.4 µs where that is more (below 0.94 ms): a sixth of what the kernel's timestamps themselves are off by. Its octaves
/// are laid so that the limits people set, 30 ms and 150 ms above all, are bucket edges, and a bucket holds its
/// upper edge: limits are inclusive, so the number of values over a limit is exact. Percentiles come from merged
/// histograms, never from averages.
public struct Distribution: Sendable, Equatable {
  public internal(set) var count: UInt64 = 0
  /// Nanoseconds; wraps after 584 years of them.
  public internal(set) var sum: UInt64 = 0
  public internal(set) var minimum: UInt64?
  public internal(set) var maximum: UInt64?
  /// The buckets that hold something, by rising index; none where no histogram was kept.
  public internal(set) var buckets: [Bucket] = []

  /// One bucket of the histogram: `index` says which values (`range(ofBucket:)`), `count` how many.
  @frozen public struct Bucket: Sendable, Hashable, BitwiseCopyable {
    public var index: UInt16
    public var count: UInt64

    public init(index: UInt16, count: UInt64) {
      self.index = index
      self.count = count
    }
  }

  public init() {}

  /// Room for `bucketCapacity` different buckets, so that recording does not allocate until there are more.
  public init(bucketCapacity: Int) {
    buckets.reserveCapacity(min(bucketCapacity, Self.bucketLimit))
  }

  /// For a source that keeps no histogram: only count, sum and mean are known, here and in all it is merged into.
  public init(count: UInt64, sum: UInt64) {
    self.count = count
    self.sum = count == 0 ? 0 : sum
  }

  public var isEmpty: Bool { count == 0 }

  /// Least, greatest and percentiles are known.
  public var hasHistogram: Bool { !buckets.isEmpty }

  public mutating func record(_ nanoseconds: UInt64) {
    let keepsHistogram = hasHistogram || isEmpty
    count &+= 1
    sum &+= nanoseconds
    guard keepsHistogram else { return }
    minimum = min(minimum ?? nanoseconds, nanoseconds)
    maximum = max(maximum ?? nanoseconds, nanoseconds)
    let index = Self.bucketIndex(of: nanoseconds)
    let place = insertionPoint(of: index)
    if place < buckets.count, buckets[place].index == index {
      buckets[place].count &+= 1
    } else {
      buckets.insert(Bucket(index: index, count: 1), at: place)
    }
  }

  /// Empties it and keeps its memory.
  public mutating func removeAll() {
    count = 0
    sum = 0
    minimum = nil
    maximum = nil
    buckets.removeAll(keepingCapacity: true)
  }

  /// As if every value of `other` had been recorded here. What would make more values than can be counted is left out.
  public mutating func merge(_ other: Distribution) {
    guard !other.isEmpty else { return }
    guard !isEmpty else { return self = other }
    let (total, isTooMuch) = count.addingReportingOverflow(other.count)
    guard !isTooMuch else { return }
    count = total
    sum &+= other.sum
    guard hasHistogram, other.hasHistogram else {
      (minimum, maximum, buckets) = (nil, nil, [])
      return
    }
    minimum = Self.extreme(minimum, other.minimum, by: <)
    maximum = Self.extreme(maximum, other.maximum, by: >)
    var merged: [Bucket] = []
    merged.reserveCapacity(buckets.count + other.buckets.count)
    var (own, their) = (0, 0)
    while own < buckets.count, their < other.buckets.count {
      let (left, right) = (buckets[own], other.buckets[their])
      if left.index < right.index {
        merged.append(left)
        own += 1
      } else if right.index < left.index {
        merged.append(right)
        their += 1
      } else {
        merged.append(Bucket(index: left.index, count: left.count + right.count))
        own += 1
        their += 1
      }
    }
    merged += buckets[own...]
    merged += other.buckets[their...]
    buckets = merged
  }

  /// Exact mean, rounded down; `nil` when empty.
  public var mean: UInt64? { count == 0 ? nil : sum / count }

  /// The value below or at which `percent` of the values lie (nearest rank), in nanoseconds, off by 0.8 % or 7.4 µs at
  /// most: the middle of its bucket, held within the least and greatest value. `nil` when empty or without a histogram.
  public func percentile(_ percent: Double) -> UInt64? {
    guard let minimum, let maximum, percent.isFinite else { return nil }
    if percent <= 0 { return minimum }
    if percent >= 100 { return maximum }
    let exact = Double(count) * percent / 100
    guard exact < 0x1p63 else { return maximum }
    let below = UInt64(exact)
    let rank = Double(below) < exact ? below + 1 : below
    var seen: UInt64 = 0
    for bucket in buckets {
      seen &+= bucket.count
      if seen >= rank {
        let range = Self.range(ofBucket: bucket.index)
        return min(max(range.lowerBound + (range.upperBound - range.lowerBound) / 2, minimum), maximum)
      }
    }
    return maximum
  }

  /// How many values are greater than `nanoseconds`; exact where that is a bucket's edge, as 30 ms and 150 ms are.
  /// `nil` without a histogram.
  public func count(above nanoseconds: UInt64) -> UInt64? {
    guard hasHistogram || isEmpty else { return nil }
    let index = Self.bucketIndex(of: nanoseconds)
    return buckets[insertionPoint(of: index)...].reduce(0) { $1.index > index ? $0 &+ $1.count : $0 }
  }

  /// The first place whose index is not less than `index`.
  private func insertionPoint(of index: UInt16) -> Int {
    var low = 0
    var high = buckets.count
    while low < high {
      let middle = (low + high) / 2
      if buckets[middle].index < index { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func extreme(_ left: UInt64?, _ right: UInt64?, by precedes: (UInt64, UInt64) -> Bool) -> UInt64? {
    guard let left else { return right }
    guard let right else { return left }
    return precedes(left, right) ? left : right
  }
}

// MARK: The layout of buckets

extension Distribution {
  /// 30 ms is 128 of these and 150 ms 640: octaves that start at this length have both limits on an edge.
  private static let octaveOrigin: UInt64 = 234_375
  /// Fraction bits: octaves reach down to 0.94 ms; below that buckets are 14.6 µs wide. Most of what is measured there is
  /// delay variation, which fills every bucket it is given: they decide how long a record is.
  static let fractionBits: UInt64 = 4
  /// 64 buckets to the octave.
  static let subdivisionBits = 6
  /// Longer durations (6.5 days) share the last bucket.
  private static let greatestDistinguished: UInt64 = 1 << 49

  /// Indices are less than this.
  public static let bucketLimit = Int(bucketIndex(of: .max)) + 1

  /// Which bucket holds a duration. Buckets are open below and closed above, but for the first, which holds zero.
  public static func bucketIndex(of nanoseconds: UInt64) -> UInt16 {
    guard nanoseconds > 0 else { return 0 }
    return bucketIndex(ofScaled: (min(nanoseconds, greatestDistinguished) - 1) << fractionBits / octaveOrigin)
  }

  /// Of what lies so many widths of the first bucket above its lower edge.
  static func bucketIndex(ofScaled scaled: UInt64) -> UInt16 {
    let octave = max(0, 63 - scaled.leadingZeroBitCount - subdivisionBits)
    return UInt16(octave << subdivisionBits + Int(scaled >> UInt64(octave)))
  }

  /// The least and the greatest whole nanoseconds a bucket holds.
  public static func range(ofBucket index: UInt16) -> ClosedRange<UInt64> {
    let index = min(index, UInt16(bucketLimit - 1))
    return (index == 0 ? 0 : lowerEdge(index) + 1)...lowerEdge(index + 1)
  }

  /// The greatest whole nanosecond that the bucket below holds.
  private static func lowerEdge(_ index: UInt16) -> UInt64 {
    let octave = max(0, Int(index >> UInt16(subdivisionBits)) - 1)
    let scaled = (UInt64(index) - UInt64(octave << subdivisionBits)) << UInt64(octave)
    let product = scaled * octaveOrigin
    // A duration n is in the bucket below while (n − 1) · 2^4 / origin < scaled: the quotient, rounded up, is the last.
    return product >> fractionBits + (product & (1 << fractionBits - 1) == 0 ? 0 : 1)
  }
}
