import Wire

/// One client in a room: who it is, what it sends and receives, and how far away it is.
struct Participant {
  /// Assumed until the first report answers one of ours.
  static let assumedRoundTrip: Int64 = 100_000_000
  /// Most round trips kept for one interval.
  static let maximumRoundTrips = 64

  let id: String
  let name: String
  let role: ParticipantRole
  let csrc: UInt32
  let feedbackSSRC: UInt32
  let canonicalName: [UInt8]

  var sources: [Slab<Source>.Handle] = []
  var audioSlots: [Slab<Slot>.Handle] = []
  var videoSlots: [Slab<Slot>.Handle] = []
  /// All slots, in the order of the offer.
  var slots: [Slab<Slot>.Handle] = []

  var isConnected = false
  /// When it asked to be let in: the order of the roster.
  let joined: UInt64
  var latches = SSRCLatches()
  var clock = ParticipantClock()
  /// Nanoseconds, smoothed.
  private(set) var roundTrip = Self.assumedRoundTrip
  private(set) var hasRoundTrip = false
  var roundTrips: [UInt64] = []
  /// Next transport-wide sequence number of what we send to it.
  var transportSequenceNumber: UInt16 = 0
  var nextReport = MonotonicTime.never
  /// Its slots changed since it was last told.
  var hasChangedSlots = false

  init(_ admission: Admission, joined: UInt64) {
    id = admission.participant
    name = admission.name
    role = admission.role
    csrc = admission.csrc
    feedbackSSRC = admission.feedbackSSRC
    canonicalName = Array(admission.cname.utf8.prefix(255))
    self.joined = joined
  }

  mutating func measured(roundTrip sample: Int64) {
    roundTrip = hasRoundTrip ? roundTrip + (sample - roundTrip) / 8 : sample
    hasRoundTrip = true
    if roundTrips.count < Self.maximumRoundTrips { roundTrips.append(UInt64(max(0, sample))) }
  }
}

/// Which source an SSRC of one participant belongs to. Bounded; a new SSRC takes the oldest learnt one's place.
struct SSRCLatches: BitwiseCopyable {
  static let capacity = 16

  struct Latch: BitwiseCopyable {
    var ssrc: UInt32
    var source: Slab<Source>.Handle
  }

  private var latches = InlineArray<16, Latch?>(repeating: nil)
  private var count = 0
  private var next = 0

  subscript(ssrc: UInt32) -> Slab<Source>.Handle? {
    @inline(__always) get {
      for index in 0..<count {
        if let latch = latches[index], latch.ssrc == ssrc { return latch.source }
      }
      return nil
    }
  }

  mutating func latch(_ ssrc: UInt32, to source: Slab<Source>.Handle) {
    for index in 0..<count where latches[index]?.ssrc == ssrc {
      latches[index] = Latch(ssrc: ssrc, source: source)
      return
    }
    latches[next] = Latch(ssrc: ssrc, source: source)
    count = max(count, next + 1)
    next = (next + 1) % Self.capacity
  }
}
