/// A parser of bytes from outside, as libFuzzer (`LibFuzzer.swift`) and `CorpusTests` both call it.
///
/// It may refuse its input in any way but by trapping, by reading what it was not given, or by taking long.
struct FuzzTarget: Sendable {
  /// Also the folder of its seeds and findings in `Corpus`, and its file in `Targets`.
  let name: String
  let run: @Sendable (UnsafeRawBufferPointer) -> Void

  init(_ name: String, _ run: @escaping @Sendable (UnsafeRawBufferPointer) -> Void) {
    self.name = name
    self.run = run
  }

  static let all: [FuzzTarget] = [
    .cronExpressions, .dtlsSession, .echoAnswers, .iceCheck, .jsonBodies, .mediaPayload, .names, .pathRecordCodec,
    .relayAnswer, .room, .rtcpCompound, .rtpHeader, .serverSentEvents, .sessionDescription, .sessionFragment,
    .spoolSegment, .srtpReceiver, .stampReply, .statusFeeds, .stunMessage, .testPacket,
  ]
}
