import SwiftProtobuf
import Testing

@testable import Generator

@Suite("what the generator refuses")
struct RefusalTests {
  private typealias Change = (inout SmallContract.File) -> Void

  private func expectRefusal(_ word: String, _ change: Change) throws {
    let fault = #expect(throws: ContractFault.self) { _ = try SmallContract.contracts(change) }
    let text = try #require(fault).description
    #expect(text.contains(word), "\(text)")
  }

  @Test("the small contract itself passes")
  func passes() throws {
    #expect(try SmallContract.contracts().methods.count == 1)
  }

  @Test("messages that protobuf-c or the reader cannot carry")
  func messages() throws {
    try expectRefusal("proto2") { $0.syntax = "proto3" }
    try expectRefusal("required") { $0.messageType[0].field[0].label = .required }
    try expectRefusal("groups") { $0.messageType[0].field[0].type = .group }
    try expectRefusal("oneof") { $0.messageType[0].oneofDecl.append(.init()) }
    try expectRefusal("nested") { $0.messageType[0].nestedType.append(.init()) }
    try expectRefusal("states are strings") { $0.enumType.append(.init()) }
    try expectRefusal("contains itself") { file in
      file.messageType[0].field.append(
        SmallContract.field("leaf", 12, .message) { $0.typeName = ".igny8.tea.v1.Leaf" })
    }
  }

  @Test("options on fields that cannot have them")
  func fieldOptions() throws {
    try expectRefusal("`timestamp`") {
      $0.messageType[0].field[2].options.Igny8_Options_V1_field.timestamp = true
    }
    try expectRefusal("`json`") {
      $0.messageType[0].field[1].options.Igny8_Options_V1_field.json = true
    }
  }

  @Test("an option that options.proto got later than the generator")
  func unknownOption() throws {
    try expectRefusal("does not know") { file in
      let rules = try? FieldRules(serializedBytes: [0xf8, 0x06, 0x01])
      file.messageType[0].field[1].options.Igny8_Options_V1_field = rules ?? .init()
    }
  }

  @Test("routes that cannot be served")
  func routes() throws {
    func change(_ rules: @escaping (inout MethodRules) -> Void) -> Change {
      { rules(&$0.service[0].method[0].options.Igny8_Options_V1_method) }
    }
    try expectRefusal("VERB", change { $0.rest = "FETCH /api/" })
    try expectRefusal("VERB", change { $0.rest = "GET /api" })
    try expectRefusal("{leaf}", change { $0.rest = "GET /api/{leaf}/" })
    try expectRefusal("NO_SIDE_EFFECTS", change { $0.rest = "GET /api/{id}/" })
    try expectRefusal("needs a role", change { $0.clearRole() })
    try expectRefusal("shape LIST", change { $0.shape = .list })
    try expectRefusal("204", change { $0.shape = .empty })
    try expectRefusal("RawBody", change { $0.shape = .raw })
    try expectRefusal("is a stream", change { $0.shape = .events })
    try expectRefusal("upload_field", change { $0.uploadField = "id" })
    try expectRefusal("already", change { $0.also = ["PATCH /api/v1/tea/leaves/{id}/"] })
  }

  @Test("a stream of requests")
  func clientStream() throws {
    try expectRefusal("only answers") { $0.service[0].method[0].clientStreaming = true }
  }
}
