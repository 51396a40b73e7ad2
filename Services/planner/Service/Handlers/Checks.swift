import Kernel
import Postgres
import RPC
import Resources

/// Refuses a cluster of another sector than the rows that are put into it.
/// - Parameter misplaced: tells it of rows that exist already: $2 their ids, $3 the cluster.
func checkCluster(
  _ values: ResourceValues, _ change: ResourceChange, _ misplaced: Statement,
  in transaction: Transaction, of account: AccountID
) async throws {
  guard let cluster = values.int("cluster_id") else { return }
  let isMisplaced: Bool
  if case .create = change {
    let rows = try await transaction.run(
      ClusterQueries.sector, [.id(account), .int(cluster)])
    isMisplaced = try rows.first.map { try $0.int(0) != values.int("sector_id") } ?? true
  } else {
    let rows = try await transaction.run(
      misplaced, [.id(account), .ints(change.ids), .int(cluster)])
    isMisplaced = try rows.one().bool(0)
  }
  if isMisplaced { throw RPCError(field: "cluster_id", "Invalid cluster") }
}

/// Runs a streaming handler whose database may fail it.
func answeringPostgres(_ body: () async throws -> Void) async throws {
  do { try await body() } catch let error as PostgresError { throw error.rpcError ?? error }
}
