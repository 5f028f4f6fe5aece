import CLinuxNet
import Wire

extension Endpoint {
  init(_ endpoint: linux_endpoint) {
    self.init(address: IPAddress(high: endpoint.high, low: endpoint.low), port: endpoint.port)
  }

  var linux: linux_endpoint {
    linux_endpoint(high: address.high, low: address.low, port: port)
  }
}
