import Association
import Wire

/// What a Worker is made from.
struct WorkerConfiguration: Sendable {
  var endpoints: [Endpoint]
  var bounds: RelayBounds
  /// Traffic class octets of what is sent: DSCP in the upper six bits.
  var audioClass: UInt8
  var videoClass: UInt8
  var associations: AssociationService
}
