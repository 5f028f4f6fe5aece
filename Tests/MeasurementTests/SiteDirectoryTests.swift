import Measurement
import Testing
import Wire

@Suite struct SiteDirectoryTests {
  private let directory: SiteDirectory

  init() throws {
    let networks = [
      ("10.0.0.0/8", "prefecture"), ("10.7.0.0/16", "tsu"), ("10.7.3.0/24", "library"), ("2001:db8:7::/48", "tsu"),
      ("10.7.0.0/16", "second claim"),
    ]
    directory = SiteDirectory(
      try networks.map { SiteDirectory.Entry(block: try #require(AddressBlock($0.0)), site: $0.1) })
  }

  @Test(
    "The longest matching network has the address",
    arguments: [
      ("10.1.2.3", "prefecture"), ("10.7.0.1", "tsu"), ("10.7.3.255", "library"), ("2001:db8:7::1", "tsu"),
      ("192.0.2.1", nil), ("2001:db8:8::1", nil),
    ])
  func lookup(address: String, site: String?) throws {
    #expect(directory.site(of: try #require(IPAddress(address))) == site)
  }

  @Test("An empty directory knows no one")
  func empty() {
    #expect(SiteDirectory().site(of: .loopbackV4) == nil)
  }
}
