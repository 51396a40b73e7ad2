import BillingContract
import CommonContract
import Kernel
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("Methods of paying", .inTurn, .timeLimit(.minutes(10)))
struct PaymentMethodTests {
  private func add(
    _ name: String, to world: BillingWorld, isDefault: Bool = false
  ) async throws -> Billing.PaymentMethod {
    try await world.payments().createPaymentMethod(
      Billing.CreatePaymentMethodRequest(
        type: "bank_transfer", displayName: name, isDefault: isDefault), world.owner)
  }

  private func defaults(_ world: BillingWorld) async throws -> [String] {
    let list = try await world.payments().listPaymentMethods(
      Billing.ListPaymentMethodsRequest(), world.owner)
    return list.results.filter(\.isDefault).map(\.displayName)
  }

  @Test("a method is made for one's own account alone")
  func foreign() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let error = try await refusal {
      try await world.payments().createPaymentMethod(
        Billing.CreatePaymentMethodRequest(
          type: "bank_transfer", displayName: "a", accountID: 2), world.owner)
    }
    #expect(error?.details.fields.first?.name == "account_id")
    #expect(try await defaults(world).isEmpty)
  }

  @Test("an account has one default: the first one, until another is made it or it goes")
  func defaultMethod() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let first = try await add("a", to: world)
    let second = try await add("b", to: world)
    #expect((first.isDefault, second.isDefault) == (true, false))
    #expect(try await add("c", to: world, isDefault: true).isDefault)
    #expect(try await defaults(world) == ["c"])
    let answer = try await world.payments().setDefaultPaymentMethod(
      Common.IdRequest(id: second.id), world.owner)
    #expect(answer.isDefault)
    #expect(try await defaults(world) == ["b"])
    _ = try await world.payments().deletePaymentMethod(
      Common.IdRequest(id: second.id), world.owner)
    #expect(try await defaults(world) == ["a"])
    let gone = try await refusal {
      try await world.payments().getPaymentMethod(Common.IdRequest(id: second.id), world.owner)
    }
    #expect(gone?.code == .notFound)
  }

  @Test("many who set the default at once leave one")
  func defaultByMany() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    var ids: [Int64] = []
    for name in ["a", "b", "c", "d"] { ids.append(try await add(name, to: world).id) }
    let all = ids
    let done = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<24 {
        group.addTask {
          await insist {
            try await world.payments().setDefaultPaymentMethod(
              Common.IdRequest(id: all[number % 4]), world.owner)
          } != nil
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(done == 24)
    #expect(try await defaults(world).count == 1)
  }

  @Test("fields that are not named stay as they are")
  func update() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let method = try await add("a", to: world)
    let changed = try await world.payments().updatePaymentMethod(
      Billing.UpdatePaymentMethodRequest(id: method.id, displayName: "b", countryCode: "de"),
      world.owner)
    #expect((changed.displayName, changed.countryCode, changed.isDefault) == ("b", "DE", true))
    let error = try await refusal {
      try await world.payments().updatePaymentMethod(
        Billing.UpdatePaymentMethodRequest(id: method.id, countryCode: "deu"), world.owner)
    }
    #expect(error?.details.fields.map(\.name) == ["country_code"])
  }

  @Test("staff keeps the methods of any account; another owner finds none of them")
  func staff() async throws {
    let world = try await BillingWorld.make()
    try await world.open(1, credits: 0)
    try await world.open(2, credits: 0)
    let method = try await world.payments().createAccountPaymentMethod(
      Billing.CreatePaymentMethodRequest(
        type: "local_wallet", displayName: "wallet", accountID: 2), world.staff)
    let id = Common.IdRequest(id: method.id)
    #expect(try await world.payments().getAccountPaymentMethod(id, world.staff) == method)
    let other = try await refusal { try await world.payments().getPaymentMethod(id, world.owner) }
    #expect(other?.code == .notFound)
    let deleted = try await refusal {
      try await world.payments().deletePaymentMethod(id, world.owner)
    }
    #expect(deleted?.code == .notFound)
    let list = try await world.payments().listAccountPaymentMethods(
      Billing.ListPaymentMethodsRequest(accountID: 2), world.staff)
    #expect(list.results == [method])
    _ = try await world.payments().deleteAccountPaymentMethod(id, world.staff)
    #expect(try await world.number("SELECT count(*) FROM payment_methods") == 0)
  }

  // MARK: On offer

  private func offered(_ world: BillingWorld, in country: String = "") async throws -> [String] {
    try await world.payments().listAvailableMethods(
      Billing.ListAvailableMethodsRequest(country: country), world.owner
    ).results.map { "\($0.method) \($0.displayName)" }
  }

  @Test("only what is enabled and configured is offered; a country's own words go first")
  func available() async throws {
    let world = try await BillingWorld.make()
    #expect(try await offered(world) == ["bank_transfer Bank transfer"])
    let wallet = try await world.payments().createPaymentMethodConfig(
      Billing.CreatePaymentMethodConfigRequest(
        paymentMethod: "local_wallet", countryCode: "pk", displayName: "JazzCash",
        details: #"{"number": "0300"}"#, sortOrder: 1), world.staff)
    #expect(wallet.countryCode == "PK")
    #expect(try await offered(world) == ["bank_transfer Bank transfer"])
    #expect(
      try await offered(world, in: "pk") == [
        "local_wallet JazzCash", "bank_transfer Bank transfer",
      ])
    _ = try await world.payments().createPaymentMethodConfig(
      Billing.CreatePaymentMethodConfigRequest(
        paymentMethod: "bank_transfer", countryCode: "PK", displayName: "none here",
        isEnabled: false), world.staff)
    #expect(try await offered(world, in: "PK") == ["local_wallet JazzCash"])
    let again = try await refusal {
      try await world.payments().createPaymentMethodConfig(
        Billing.CreatePaymentMethodConfigRequest(
          paymentMethod: "local_wallet", countryCode: "PK", displayName: "x"), world.staff)
    }
    #expect(again?.code == .alreadyExists)
  }

  @Test("configurations are changed, listed and deleted by staff")
  func configs() async throws {
    let world = try await BillingWorld.make()
    let list = try await world.payments().listPaymentMethodConfigs(
      Billing.ListPaymentMethodConfigsRequest(search: "bank"), world.staff)
    let config = try #require(list.results.first)
    let changed = try await world.payments().updatePaymentMethodConfig(
      Billing.UpdatePaymentMethodConfigRequest(id: config.id, instructions: "IBAN …"),
      world.call(as: .developer, account: 1))
    #expect((changed.instructions, changed.displayName) == ("IBAN …", config.displayName))
    #expect(try await world.number("SELECT count(*) FROM audit_log") == 1)
    let wrong = try await refusal {
      try await world.payments().updatePaymentMethodConfig(
        Billing.UpdatePaymentMethodConfigRequest(id: config.id, details: "[1]"), world.staff)
    }
    #expect(wrong?.details.fields.map(\.name) == ["details"])
    _ = try await world.payments().deletePaymentMethodConfig(
      Common.IdRequest(id: config.id), world.staff)
    let gone = try await refusal {
      try await world.payments().getPaymentMethodConfig(
        Common.IdRequest(id: config.id), world.staff)
    }
    #expect(gone?.code == .notFound)
  }
}
