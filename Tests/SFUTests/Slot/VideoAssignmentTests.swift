import Testing
import Wire

@testable import SFU

@Suite("Video assignment")
struct VideoAssignmentTests {
  /// Handles to tell sources and people apart by.
  private static func handles(_ count: Int) throws -> (sources: [Slab<Source>.Handle], people: [ParticipantHandle]) {
    var room = Room(now: .zero, wall: WallTime(seconds: 0))
    var people: [ParticipantHandle] = []
    for index in 0..<count {
      var admission = Admission(
        participant: "\(index)", name: "", role: .meeting, csrc: UInt32(index), feedbackSSRC: 1, cname: "")
      admission.sources = [SourceSection(mid: "0", kind: .camera, formats: [], extensions: ExtensionIDs())]
      people.append(try room.admit(admission, at: .zero))
    }
    return (people.map { room.participants[$0.place].sources[0] }, people)
  }

  private static func candidates(
    _ sources: [Slab<Source>.Handle], _ people: [ParticipantHandle], screens: Set<Int> = [], heard: [Int: Int64] = [:]
  ) -> [VideoAssignment.Candidate] {
    sources.indices.map { index in
      VideoAssignment.Candidate(
        source: sources[index], owner: people[index], isScreen: screens.contains(index),
        lastHeard: heard[index].map { MonotonicTime(nanoseconds: $0) })
    }
  }

  @Test(
    "Interop 2: while slots suffice everyone is seen, each voice's picture at the voice's index, and nothing else moves"
  )
  func enough() throws {
    let (sources, people) = try Self.handles(3)
    let plan = VideoAssignment.plan(
      Self.candidates(sources, people), shown: [nil, nil, nil, nil], heard: [people[2], people[0], nil])
    #expect(plan == [sources[2], sources[0], nil, sources[1]])
    let later = VideoAssignment.plan(
      Self.candidates(sources, people), shown: plan, heard: [people[2], people[0], people[1]])
    #expect(later == [sources[2], sources[0], sources[1], nil])
    let silent = VideoAssignment.plan(Self.candidates(sources, people), shown: later, heard: [nil, nil, nil])
    #expect(silent == later)
  }

  @Test("When slots are short: voices, then screens, then those seen already, then the last to speak")
  func short() throws {
    let (sources, people) = try Self.handles(6)
    let plan = VideoAssignment.plan(
      Self.candidates(sources, people, screens: [5], heard: [0: 10, 1: 30, 2: 20]),
      shown: [sources[3], nil, nil, nil], heard: [people[4]])
    #expect(Set(plan.compactMap { $0 }) == [sources[4], sources[5], sources[3], sources[1]])
    #expect(plan[0] == sources[4])
  }

  @Test("A viewer with one slot sees the voice it hears; without a picture of that one, what it saw")
  func viewer() throws {
    let (sources, people) = try Self.handles(3)
    let all = Self.candidates(sources, people)
    #expect(VideoAssignment.plan(all, shown: [sources[0]], heard: [people[1]]) == [sources[1]])
    let others = Array(all.dropLast())
    #expect(VideoAssignment.plan(others, shown: [sources[0]], heard: [people[2]]) == [sources[0]])
  }

  @Test("A swap moves both pictures")
  func swap() throws {
    let (sources, people) = try Self.handles(2)
    let plan = VideoAssignment.plan(
      Self.candidates(sources, people), shown: [sources[0], sources[1]], heard: [people[1], people[0]])
    #expect(plan == [sources[1], sources[0]])
  }
}
