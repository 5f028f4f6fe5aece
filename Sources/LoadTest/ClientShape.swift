/// What a simulated participant sends and how much it shows.
public struct ClientShape: Sendable, Equatable {
  public var hasMicrophone = true
  public var hasCamera = true
  /// A section for the screen, in which nothing is sent.
  public var hasScreen = false
  /// Takes part in a call that is measured: speaks in Opus instead of content that can be checked bit by bit, says in each
  /// packet when it was sent and marks its pictures (`CallMark`), and takes the others for the same.
  public var speaks = false
  /// Receive sections: how many voices and pictures are shown at once.
  public var audioSlots = 3
  public var videoSlots = 3
  /// 1–60.
  public var framesPerSecond = 20
  /// Bytes of a picture; a keyframe is four times as large.
  public var frameBytes = 2_400
  /// Of what is sent; random, below 2^15, when `nil`.
  public var firstSequenceNumber: UInt16?

  public init() {}

  /// The mid of each section: those sent first, then the slots.
  var sections: [Section] {
    var kinds: [Section.Kind] = []
    if hasMicrophone { kinds.append(.microphone) }
    if hasCamera { kinds.append(.camera) }
    if hasScreen { kinds.append(.screen) }
    kinds += Array(repeating: .audioSlot, count: audioSlots)
    kinds += Array(repeating: .videoSlot, count: videoSlots)
    return kinds.enumerated().map { Section(mid: "\($0.offset)", kind: $0.element) }
  }

  struct Section: Equatable {
    enum Kind {
      case microphone, camera, screen, audioSlot, videoSlot
    }

    let mid: String
    let kind: Kind

    var isAudio: Bool { kind == .microphone || kind == .audioSlot }
    var isSent: Bool { kind != .audioSlot && kind != .videoSlot }
  }
}
