import Measurement

@testable import Agent

extension FuzzTarget {
  /// A spool file as it may stand on a disk after a crash: entries up to the first that is torn, each then read as
  /// records.
  static let spoolSegment = FuzzTarget("SpoolSegment") { input in
    let bytes = Array(input)
    var offset = 0
    while let payload = SpoolSegment.payload(in: bytes, at: offset) {
      precondition(payload.upperBound > offset, "every entry moves on")
      _ = try? PathRecordCodec.decodeAll(bytes[payload])
      offset = payload.upperBound
    }
  }
}
