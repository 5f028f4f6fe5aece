import API
import Relay
import Testing

@testable import Web

@Suite struct MetricsTextTests {
  private func overview() -> Overview {
    Overview(
      madeAt: 0, sites: [],
      paths: [
        PathStatus(
          site: "tsu", target: "a\"b\\c\n", route: "direct", label: "", origin: "probe stamp", verdict: .bad,
          lossPercent: 3, jitterMilliseconds: 12.5, latencyMilliseconds: nil, pdvMilliseconds: nil, updatedAt: nil,
          recent: [])
      ],
      meetings: [], incidents: [])
  }

  @Test("Figures are in base units, labels escaped, and what was not measured is left out")
  func paths() {
    let text = MetricsText.text(relay: nil, overview: overview(), eventStreams: 2, heapBytes: 3)
    let labels = #"site="tsu",target="a\"b\\c\n",route="direct",label="",origin="probe stamp""#
    #expect(text.contains("# TYPE kakehashi_path_loss_ratio gauge\nkakehashi_path_loss_ratio{\(labels)} 0.03\n"))
    #expect(text.contains("kakehashi_path_jitter_seconds{\(labels)} 0.0125\n"))
    #expect(!text.contains("latency"))
    #expect(text.contains("kakehashi_path_verdict{\(labels),verdict=\"bad\"} 1\n"))
    #expect(text.contains("kakehashi_path_verdict{\(labels),verdict=\"good\"} 0\n"))
    #expect(text.contains("\nkakehashi_event_streams 2\n"))
    #expect(text.contains("\nkakehashi_heap_bytes 3\n"))
    #expect(text.contains("\nkakehashi_troubles{kind=\"history\"} 0\n"))
    #expect(text.contains("\nkakehashi_troubles{kind=\"crowded\"} 0\n"))
    #expect(!text.contains("kakehashi_relay"))
  }

  @Test("The relay's counters are counters")
  func relay() {
    var statistics = RelayStatistics()
    statistics.rooms = 2
    statistics.receivedDatagrams = 12_345_678_901
    statistics.drops.count(.srtpReplay, 3)
    let text = MetricsText.text(relay: statistics, overview: overview(), eventStreams: 0, heapBytes: 0)
    #expect(text.contains("# TYPE kakehashi_relay_received_datagrams_total counter\n"))
    #expect(text.contains("\nkakehashi_relay_received_datagrams_total 12345678901\n"))
    #expect(text.contains("\nkakehashi_relay_dropped_packets_total{reason=\"srtpReplay\"} 3\n"))
    #expect(text.contains("\nkakehashi_relay_rooms 2\n"))
  }
}
