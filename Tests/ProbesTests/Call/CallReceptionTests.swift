import LoadTest
import Measurement
import Testing
import Wire

@testable import Probes

/// Ten seconds of a call in virtual time: a voice packet every 20 ms, a marked picture of three packets every 50 ms.
private struct Sender {
  /// How much the sender's clock is ahead of the receiver's.
  var ahead = Duration.zero
  /// After how many milliseconds a packet comes, by its kind and number; `nil` loses it.
  var delay: (_ isAudio: Bool, _ number: Int) -> Int? = { _, _ in 20 }
  /// When the sender is not heard of any more, in milliseconds.
  var end = 14_000
  var clockErrorMicroseconds: UInt32?
  /// When the line's numbers begin anew, in voice packets.
  var renumbersAt: Int?

  static let zero = MonotonicTime(nanoseconds: 5_000_000_000)
  static let wall = WallTime(seconds: 1_800_000_000)

  /// A second of speech.
  private static let speech: [[UInt8]] = {
    guard var encoder = SpeechEncoder() else { return [] }
    var speech = Speech(seed: 1)
    return (0..<50).map { _ in encoder.encode(speech.frame()) }
  }()

  func play(into reception: inout CallReception, startAt start: Int = 1_000) {
    var arrivals: [(time: Int, packet: Witness.Packet)] = []
    var voices = 0
    var pictures = 0
    for time in stride(from: 0, to: end, by: 10) {
      if time % 20 == 0 {
        let payload = Self.speech[voices % Self.speech.count]
        if let delay = delay(true, voices) {
          let line = voices + (renumbersAt.map { voices >= $0 } == true ? -60 : 0)
          arrivals.append((time + delay, packet(time, delay, voice: UInt16(truncatingIfNeeded: line), payload)))
        }
        voices += 1
      }
      guard time % 50 == 0 else { continue }
      for part in 0..<3 {
        if let delay = delay(false, pictures) {
          var mark: CallMark?
          if part == 0 {
            // The other end's mark had come 30 ms before, and had been sent 100 ms before this one arrives.
            let echo = Self.wall.advanced(byNanoseconds: Int64(time + delay - 130) * 1_000_000)
            mark = CallMark(
              voices: UInt32(voices), echo: NTPTime(echo), heldNanoseconds: 30_000_000,
              clockErrorMicroseconds: clockErrorMicroseconds)
          }
          arrivals.append((time + delay, packet(time, delay, picture: pictures, mark)))
        }
        pictures += 1
      }
    }
    var hasStarted = false
    for arrival in arrivals.sorted(by: { $0.time < $1.time }) {
      if arrival.time >= start, !hasStarted {
        reception.start(at: Self.zero + .milliseconds(start))
        hasStarted = true
      }
      reception.receive(arrival.packet)
    }
    if !hasStarted { reception.start(at: Self.zero + .milliseconds(start)) }
  }

  private func packet(
    _ time: Int, _ delay: Int, voice: UInt16? = nil, _ payload: [UInt8] = [], picture: Int = 0,
    _ mark: CallMark? = nil
  ) -> Witness.Packet {
    let departure = Self.wall.advanced(byNanoseconds: Int64(time) * 1_000_000) + ahead
    return Witness.Packet(
      isAudio: voice != nil, content: voice != nil ? 0 : 77 << 32 | UInt64(picture), sequenceNumber: voice ?? 0,
      startsFrame: voice != nil || picture % 3 == 0, payload: payload, time: Self.zero + .milliseconds(time + delay),
      wall: Self.wall.advanced(byNanoseconds: Int64(time + delay) * 1_000_000), departure: NTPTime(departure),
      mark: mark)
  }
}

@Suite("What one place hears of a participant at another")
struct CallReceptionTests {
  private static let good = ClockQuality(isSynchronized: true, errorNanoseconds: 400_000)

  private func measure(
    _ sender: Sender, clock: ClockQuality = ClockQuality(), hasLeft: Bool = false
  ) throws -> (voice: PathRecord, video: PathRecord, reception: CallReception) {
    var reception = CallReception()
    sender.play(into: &reception)
    let records = reception.records(
      of: .seconds(10), hasLeft: hasLeft, clock: clock, from: Sender.wall, site: "hq", target: "tsu")
    return (records[0], records[1], reception)
  }

  @Test("Between two marks ten seconds apart are 500 voices and 600 packets of pictures, and all were heard")
  func everything() throws {
    let (voice, video, reception) = try measure(Sender())
    #expect(reception.isFlowing && reception.isComplete(.seconds(10)))
    #expect((voice.loss.sent, voice.loss.received, voice.loss.lost) == (500, 500, 0))
    #expect((video.loss.sent, video.loss.received, video.loss.lost) == (600, 600, 0))
    #expect(voice.playout == Playout(frames: 500, concealedFrames: 0))
    #expect(video.playout == nil)
    #expect(voice.length == .seconds(10))
    #expect(voice.path == Path(site: "hq", target: "tsu", route: .relay, label: "voice"))
    #expect(voice.roundTrip.mean == 100_000_000)
    // NTP's fraction is no whole number of nanoseconds.
    #expect(try #require(voice.reverseDelayVariation.maximum) <= 1)
  }

  @Test("Losses are those between the marks, exactly, and so are their bursts, at both edges too")
  func losses() throws {
    // The first mark counted comes at 1,020: voices 51 to 550 and picture packets 60 to 659 are between the marks.
    let lostVoices: Set<Int> = [51, 52, 100, 200, 201, 202, 550]
    let lostPictures: Set<Int> = [61, 62, 300, 659]
    let (voice, video, _) = try measure(
      Sender(delay: { isAudio, number in (isAudio ? lostVoices : lostPictures).contains(number) ? nil : 20 }))
    #expect((voice.loss.sent, voice.loss.lost) == (500, 7))
    #expect(voice.loss.bursts.counts == [2, 1, 1, 0, 0, 0])
    #expect(voice.playout == Playout(frames: 500, concealedFrames: 7))
    #expect((video.loss.sent, video.loss.lost) == (600, 4))
    #expect(video.loss.bursts.counts == [2, 1, 0, 0, 0, 0])
    #expect(voice.loss.reverseLost == 7 && voice.loss.forwardLost == nil)
  }

  @Test("Losses in any pattern are counted exactly", arguments: [5_000, 30_000, 200_000])
  func random(perMillion: UInt64) throws {
    for seed in UInt64(1)...5 {
      var random = SplitMix64(seed: seed)
      let voices = Set((0..<700).filter { _ in random.next() % 1_000_000 < perMillion })
      // A mark that is lost moves the window; here pictures' first packets all come.
      let pictures = Set((0..<840).filter { $0 % 3 != 0 && random.next() % 1_000_000 < perMillion })
      let (voice, video, _) = try measure(
        Sender(delay: { isAudio, number in (isAudio ? voices : pictures).contains(number) ? nil : 20 }))
      #expect((voice.loss.sent, voice.loss.lost) == (500, UInt64(voices.count { (51...550).contains($0) })))
      #expect((video.loss.sent, video.loss.lost) == (600, UInt64(pictures.count { (60...659).contains($0) })))
    }
  }

  @Test("Reordered and doubled packets are not lost; late ones are, and those beyond the buffer are concealed")
  func order() throws {
    let (voice, _, _) = try measure(
      Sender(delay: { isAudio, number in isAudio ? [100: 50, 200: 2_021, 300: 81][number] ?? 20 : 20 }))
    #expect((voice.loss.lost, voice.loss.late, voice.loss.discarded) == (1, 1, 1))
    #expect(voice.loss.reordered == 2)
    #expect(voice.playout == Playout(frames: 500, concealedFrames: 2))
  }

  @Test("A voice whose line begins anew after a silence is missed for as long as the marks say")
  func renumbered() throws {
    // A relay that heard no voice for long ends its turn, and the next packet follows the last one's number.
    let (voice, _, _) = try measure(
      Sender(delay: { isAudio, number in isAudio && (200..<260).contains(number) ? nil : 20 }, renumbersAt: 260))
    #expect((voice.loss.sent, voice.loss.lost) == (500, 60))
    #expect(voice.loss.bursts.longest == 60)
  }

  @Test("Nothing more while the other is still there is loss; once it has left it is not")
  func silence() throws {
    let cut = Sender(end: 5_000)
    let (voice, video, reception) = try measure(cut)
    #expect(!reception.isComplete(.seconds(10)))
    // From the mark sent at 1,000 to the one at 4,950; then nothing for 6,050 ms.
    #expect((voice.loss.sent, voice.loss.received) == (500, 197))
    #expect(video.loss.lost == 363)
    let (shorter, _, _) = try measure(cut, hasLeft: true)
    #expect((shorter.loss.sent, shorter.loss.lost) == (197, 0))
    #expect(shorter.length == .milliseconds(3_950))
  }

  @Test("Whatever the other end makes up of times and numbers, what follows from it is bounded")
  func madeUp() throws {
    func packet(_ number: UInt64, at departure: UInt64, _ mark: CallMark?) -> Witness.Packet {
      Witness.Packet(
        isAudio: mark == nil, content: number, sequenceNumber: UInt16(truncatingIfNeeded: number), startsFrame: true,
        payload: [], time: Sender.zero, wall: Sender.wall, departure: NTPTime(bits: departure), mark: mark)
    }
    let now = NTPTime(Sender.wall).bits
    let times = [now, now &+ 1 << 63, now &+ (1 << 63 - 1), now &+ 20 << 32, now &- 20 << 32, 0, .max]
    for first in times {
      for second in times {
        for (voices, number) in [(0, 0), (.max, 0xffff_ffff), (1 << 31, 1)] as [(UInt32, UInt64)] {
          var reception = CallReception()
          reception.start(at: Sender.zero)
          let echo = NTPTime(bits: second)
          reception.receive(packet(number, at: first, CallMark(voices: 7, echo: echo, heldNanoseconds: .max)))
          reception.receive(packet(0, at: first, nil))
          reception.receive(packet(40_000, at: second, nil))
          reception.receive(packet(number ^ 0xffff, at: second, CallMark(voices: voices)))
          _ = reception.isComplete(.seconds(10))
          for record in reception.records(
            of: .seconds(10), hasLeft: false, clock: Self.good, from: Sender.wall, site: "hq", target: "tsu")
          {
            #expect(record.loss.sent <= UInt64(CallReception.capacity) + 2)
            #expect(record.length <= .seconds(3_600))
          }
        }
      }
    }
  }

  @Test("Of another from whom nothing comes everything is lost")
  func deaf() throws {
    let (voice, video, reception) = try measure(Sender(delay: { _, _ in nil }))
    #expect(reception.isSilent)
    #expect((voice.loss.sent, voice.loss.received) == (500, 0))
    #expect((video.loss.sent, video.loss.received) == (600, 0))
    #expect(voice.playout == Playout(frames: 500, concealedFrames: 500))
  }

  @Test("Where pictures do not get through, voice is counted by its own numbers")
  func voiceAlone() throws {
    let (voice, video, _) = try measure(
      Sender(delay: { isAudio, number in isAudio && number != 100 ? 20 : nil }))
    #expect(voice.loss.lost == 1 && (499...501).contains(voice.loss.sent))
    #expect((video.loss.sent, video.loss.received) == (600, 0))
  }

  @Test("One way is told where both clocks are known to be right, with both their errors, and not otherwise")
  func oneWay() throws {
    let right = Sender(clockErrorMicroseconds: 600)
    let (voice, _, _) = try measure(right, clock: Self.good)
    #expect(voice.reverseDelay.mean == 20_000_000)
    #expect(voice.clock == ClockQuality(isSynchronized: true, errorNanoseconds: 1_000_000))
    #expect(try measure(right).voice.reverseDelay.isEmpty)
    #expect(try measure(Sender(), clock: Self.good).voice.reverseDelay.isEmpty)
    // Who seems to hear before it was said has a wrong clock, whatever it says.
    let wrong = Sender(ahead: .milliseconds(50), clockErrorMicroseconds: 600)
    let (early, _, _) = try measure(wrong, clock: Self.good)
    #expect(early.reverseDelay.isEmpty && !early.clock.isSynchronized)
    #expect(early.loss.lost == 0 && early.loss.discarded == 0)
  }

  @Test("The latency judged between two places is one way, or half of both, and is said to be")
  func latency() throws {
    func result(_ record: PathRecord) -> ProbeResult {
      ProbeResult(
        kind: .call, target: "https://kaigi.example", limits: ProbeLimits(),
        measurements: [ProbeMeasurement(record: record, place: "", isBetweenPlaces: true)])
    }
    let estimated = result(try measure(Sender()).voice)
    #expect(estimated.streams[0].findings.first { $0.metric == .latency }?.value == 50_000_000)
    #expect(estimated.text.contains("half the round trip, estimated"))
    let measured = result(try measure(Sender(clockErrorMicroseconds: 600), clock: Self.good).voice)
    #expect(measured.streams[0].findings.first { $0.metric == .latency }?.value == 20_000_000)
    #expect(measured.text.contains("one way here (clocks' error 1.00 ms)"))
    #expect(!measured.text.contains("time stamps"))
  }
}
