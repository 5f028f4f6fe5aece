import ICE
import LoadTest
import Testing
import Transport
import Wire

@testable import Relay

/// Interop row 19: IPv6, several addresses, and addresses that are not the machine's own, with real sockets.
@Suite(.serialized, .timeLimit(.minutes(3))) struct AddressTests {
  private static let second = IPAddress(v4: 0x7f00_0002)
  private static let outside = IPAddress(v4: 0x7f00_004d)

  /// Sends an authentic check and returns the answer.
  private func check(
    _ stranger: Stranger, as guest: RunningRelay.Guest, at target: Endpoint
  ) async throws -> (source: Endpoint, mapped: Endpoint?) {
    stranger.send([Stranger.check(guest.client.credentials, guest.description.credentials)], to: target)
    var answers: [Stranger.Answer] = []
    try await wait("the check is answered", on: guest) {
      answers += stranger.answers()
      return !answers.isEmpty
    }
    let answer = try #require(answers.first)
    let message = STUNMessage(answer.bytes.span.bytes)
    return (answer.source, try #require(message).mappedAddress)
  }

  @Test("Interop 19: a meeting over IPv6, whose checks are told the address they came from")
  func overIPv6() async throws {
    let running = try RunningRelay { $0.listen = [.loopbackV6] }
    let one = try await running.join("one", local: .loopbackV6)
    let two = try await running.join("two", local: .loopbackV6)
    #expect(one.description.candidates.map(\.address) == [.loopbackV6])
    try await wait("they receive each other", on: one) {
      one.receives(two, atLeast: 50) && two.receives(one, atLeast: 50)
    }
    try await expectUndisturbed(one, two, in: running)
    let stranger = try Stranger(address: .loopbackV6)
    let answer = try await check(stranger, as: one, at: one.target)
    #expect(answer.mapped == stranger.endpoint)
    #expect(answer.source == one.target)
    await running.service.shutdown()
  }

  @Test("Interop 19: IPv4 and IPv6 take part in one meeting")
  func mixed() async throws {
    let running = try RunningRelay { $0.listen = [.loopbackV4, .loopbackV6] }
    let one = try await running.join("one", local: .loopbackV4)
    let two = try await running.join("two", local: .loopbackV6)
    #expect(one.description.candidates.map(\.address) == [.loopbackV4, .loopbackV6])
    try await wait("they receive each other", on: one) {
      one.receives(two, atLeast: 50) && two.receives(one, atLeast: 50)
    }
    await running.service.shutdown()
  }

  @Test("Interop 19: answers and media leave from the address that was asked, whichever of several it is")
  func severalAddresses() async throws {
    let running = try RunningRelay {
      $0.listen = [.anyV4]
      $0.advertise = [.loopbackV4, Self.second]
    }
    let one = try await running.join("one")
    #expect(one.description.candidates.map(\.address) == [.loopbackV4, Self.second])
    let stranger = try Stranger()
    for target in one.description.candidates {
      #expect(try await check(stranger, as: one, at: target).source == target)
    }
    // A client drops what comes from elsewhere than from where it sends to.
    let two = try await running.join("two") { answer in
      answer.split(separator: "\r\n").filter { !($0.hasPrefix("a=candidate") && $0.contains("127.0.0.1")) }
        .map { $0 + "\r\n" }.joined()
    }
    try await wait("they receive each other", on: one) {
      one.receives(two, atLeast: 50) && two.receives(one, atLeast: 50)
    }
    for guest in [one, two] { #expect(guest.seen.drops[.unknownPeer] == 0) }
    await running.service.shutdown()
  }

  @Test("Interop 19: behind one-to-one translation clients are told the outside address, and media goes through it")
  func translated() async throws {
    let running = try RunningRelay { $0.advertise = [Self.outside] }
    let port = try #require(running.service.ports.first)
    let translator = try ImpairedLink(
      listeningOn: Endpoint(address: Self.outside, port: port), target: Endpoint(address: .loopbackV4, port: port),
      seed: 1)
    let one = try await running.join("one")
    let two = try await running.join("two")
    #expect(one.description.candidates == [translator.endpoint])
    try await wait("they receive each other", on: one) {
      one.receives(two, atLeast: 50) && two.receives(one, atLeast: 50)
    }
    for guest in [one, two] {
      #expect(guest.seen.drops[.unknownPeer] == 0)
      #expect(guest.seen.corruptCount == 0)
    }
    #expect(translator.passages.contains { $0.direction == .forward })
    #expect(translator.passages.contains { $0.direction == .reverse })
    await running.service.shutdown()
  }
}
