/// What every route answers to those who may call it. A route that is not here fails the matrix.
enum MatrixTable {
  static let all: [String: Expectation] = {
    let lines = text.split(separator: "\n").compactMap(Expectation.init(line:))
    return Dictionary(lines.map { ($0.route, $0) }) { first, _ in first }
  }()

  /// Verb, path, status of a request with an empty body, and what the path's parameters are. `-`
  /// stands where somebody who may would end the matrix.
  private static let text = """
    GET /api/v1/account/audit-log/ 200
    GET /api/v1/account/erasure/ 200
    POST /api/v1/account/erasure/ 400
    DELETE /api/v1/account/erasure/ 200
    GET /api/v1/account/export/ 200
    POST /api/v1/account/export/ -
    GET /api/v1/account/export/{id}/ 404 =0
    GET /api/v1/account/export/{id}/download/ 404 =0
    GET /api/v1/account/settings/ 200
    PUT /api/v1/account/settings/ 200
    PATCH /api/v1/account/settings/ 200
    GET /api/v1/account/team/ 200
    POST /api/v1/account/team/ 400
    PUT /api/v1/account/team/{id}/ 200 user
    PATCH /api/v1/account/team/{id}/ 200 user
    DELETE /api/v1/account/team/{id}/ 204 user
    GET /api/v1/account/usage/analytics/ 200
    GET /api/v1/admin/account-payment-methods/ 200
    POST /api/v1/admin/account-payment-methods/ 400
    GET /api/v1/admin/account-payment-methods/{id}/ 404 =0
    PUT /api/v1/admin/account-payment-methods/{id}/ 404 =0
    PATCH /api/v1/admin/account-payment-methods/{id}/ 404 =0
    DELETE /api/v1/admin/account-payment-methods/{id}/ 404 =0
    POST /api/v1/admin/account-payment-methods/{id}/set_default/ 404 =0
    GET /api/v1/admin/accounts/ 200
    GET /api/v1/admin/accounts/{id}/ 200 account
    POST /api/v1/admin/accounts/{id}/activate/ 404 =0
    POST /api/v1/admin/accounts/{id}/suspend/ 404 =0
    GET /api/v1/admin/billing/stats/ 200
    GET /api/v1/admin/credit-costs/ 200
    PATCH /api/v1/admin/credit-costs/ 400
    PATCH /api/v1/admin/credit-costs/{operation_type}/ 200 =clustering
    GET /api/v1/admin/credit-costs/{operation_type}/history/ 200 =clustering
    GET /api/v1/admin/industries/ 200
    POST /api/v1/admin/industries/ 400
    GET /api/v1/admin/industries/{id}/ 200 global:industry
    PUT /api/v1/admin/industries/{id}/ 404 =0
    PATCH /api/v1/admin/industries/{id}/ 404 =0
    DELETE /api/v1/admin/industries/{id}/ 404 =0
    POST /api/v1/admin/industries/{id}/sectors/ 400 =0
    DELETE /api/v1/admin/industries/{id}/sectors/{sector_id}/ 404 =0 =0
    GET /api/v1/admin/invoices/ 200
    POST /api/v1/admin/invoices/ 400
    GET /api/v1/admin/invoices/{id}/ 200 invoice
    POST /api/v1/admin/invoices/{id}/issue/ 404 =0
    POST /api/v1/admin/invoices/{id}/void/ 404 =0
    GET /api/v1/admin/ledger/verify/ 200
    GET /api/v1/admin/payment-method-configs/ 200
    POST /api/v1/admin/payment-method-configs/ 400
    GET /api/v1/admin/payment-method-configs/{id}/ 404 =0
    PUT /api/v1/admin/payment-method-configs/{id}/ 404 =0
    PATCH /api/v1/admin/payment-method-configs/{id}/ 404 =0
    DELETE /api/v1/admin/payment-method-configs/{id}/ 404 =0
    GET /api/v1/admin/payments/ 200
    GET /api/v1/admin/payments/pending/ 200
    POST /api/v1/admin/payments/{id}/approve/ 404 =0
    POST /api/v1/admin/payments/{id}/refund/ 400 =0
    GET /api/v1/admin/payments/{id}/refunds/ 200 payment
    POST /api/v1/admin/payments/{id}/reject/ 400 =0
    GET /api/v1/admin/plans/ 200
    POST /api/v1/admin/plans/ 400
    GET /api/v1/admin/plans/{id}/ 200 global:plan
    PUT /api/v1/admin/plans/{id}/ 200 global:plan
    PATCH /api/v1/admin/plans/{id}/ 200 global:plan
    DELETE /api/v1/admin/plans/{id}/ 404 =0
    GET /api/v1/admin/seed-keywords/ 200
    POST /api/v1/admin/seed-keywords/ 400
    GET /api/v1/admin/seed-keywords/{id}/ 200 global:seed
    PUT /api/v1/admin/seed-keywords/{id}/ 404 =0
    PATCH /api/v1/admin/seed-keywords/{id}/ 404 =0
    DELETE /api/v1/admin/seed-keywords/{id}/ 404 =0
    GET /api/v1/admin/tax-rates/ 200
    POST /api/v1/admin/tax-rates/ 400
    DELETE /api/v1/admin/tax-rates/{id}/ 404 =0
    GET /api/v1/admin/users/ 200
    POST /api/v1/admin/users/{id}/adjust-credits/ 400 owner
    POST /api/v1/admin/users/{id}/two-factor/reset/ 400 owner
    GET /api/v1/auth/accounts/ 200
    GET /api/v1/auth/accounts/{id}/ 200 account
    PUT /api/v1/auth/accounts/{id}/ 200 account
    PATCH /api/v1/auth/accounts/{id}/ 200 account
    DELETE /api/v1/auth/accounts/{id}/ 400 account
    POST /api/v1/auth/change-password/ 400
    GET /api/v1/auth/industries/ 200
    GET /api/v1/auth/industries/{id}/ 200 global:industry
    GET /api/v1/auth/invitations/ 200
    POST /api/v1/auth/invitations/ 400
    POST /api/v1/auth/invitations/accept/ 400
    GET /api/v1/auth/invitations/{id}/ 200 invitation
    PUT /api/v1/auth/invitations/{id}/ 200 invitation
    PATCH /api/v1/auth/invitations/{id}/ 200 invitation
    DELETE /api/v1/auth/invitations/{id}/ 204 invitation
    POST /api/v1/auth/invitations/{id}/resend/ - invitation
    POST /api/v1/auth/login/ 400
    POST /api/v1/auth/logout-everywhere/ -
    POST /api/v1/auth/logout/ 400
    GET /api/v1/auth/me/ 200
    PATCH /api/v1/auth/me/ 200
    POST /api/v1/auth/password-reset/ 400
    POST /api/v1/auth/password-reset/confirm/ 400
    GET /api/v1/auth/plans/ 200
    GET /api/v1/auth/plans/{id}/ 200 global:plan
    POST /api/v1/auth/refresh/ 400
    POST /api/v1/auth/register/ 400
    GET /api/v1/auth/sectors/ 200
    POST /api/v1/auth/sectors/ 400
    GET /api/v1/auth/sectors/{id}/ 200 sector
    PUT /api/v1/auth/sectors/{id}/ 200 sector
    PATCH /api/v1/auth/sectors/{id}/ 200 sector
    DELETE /api/v1/auth/sectors/{id}/ 204 sector
    GET /api/v1/auth/seed-keywords/ 200
    GET /api/v1/auth/seed-keywords/{id}/ 200 global:seed
    GET /api/v1/auth/sessions/ 200
    POST /api/v1/auth/sessions/revoke-others/ 204
    DELETE /api/v1/auth/sessions/{id}/ 404 =0
    GET /api/v1/auth/site-access/ 200
    POST /api/v1/auth/site-access/ 400
    GET /api/v1/auth/site-access/{id}/ 200 grant
    PUT /api/v1/auth/site-access/{id}/ 200 grant
    PATCH /api/v1/auth/site-access/{id}/ 200 grant
    DELETE /api/v1/auth/site-access/{id}/ 204 grant
    GET /api/v1/auth/sites/ 200
    POST /api/v1/auth/sites/ 400
    GET /api/v1/auth/sites/{id}/ 200 site
    PUT /api/v1/auth/sites/{id}/ 200 site
    PATCH /api/v1/auth/sites/{id}/ 200 site
    DELETE /api/v1/auth/sites/{id}/ 204 site
    GET /api/v1/auth/sites/{id}/api-keys/ 200 site
    POST /api/v1/auth/sites/{id}/api-keys/ 201 site
    DELETE /api/v1/auth/sites/{id}/api-keys/{key_id}/ 204 site key
    GET /api/v1/auth/sites/{id}/sectors/ 200 site
    POST /api/v1/auth/sites/{id}/select_sectors/ 400 site
    POST /api/v1/auth/sites/{id}/set_active/ 200 site
    GET /api/v1/auth/subscriptions/ 200
    GET /api/v1/auth/subscriptions/{id}/ 200 subscription
    GET /api/v1/auth/two-factor/ 200
    POST /api/v1/auth/two-factor/confirm/ 400
    POST /api/v1/auth/two-factor/disable/ 400
    POST /api/v1/auth/two-factor/recovery-codes/ 400
    POST /api/v1/auth/two-factor/setup/ 400
    GET /api/v1/auth/users/ 200
    POST /api/v1/auth/users/ 400
    GET /api/v1/auth/users/{id}/ 200 user
    PUT /api/v1/auth/users/{id}/ 200 user
    PATCH /api/v1/auth/users/{id}/ 200 user
    DELETE /api/v1/auth/users/{id}/ 204 user
    POST /api/v1/auth/verify-email/ 400
    POST /api/v1/auth/verify-email/resend/ 200
    POST /api/v1/automation/cancel/ 400
    GET /api/v1/automation/config/ 400
    PUT /api/v1/automation/config/ 400
    GET /api/v1/automation/current_run/ 400
    GET /api/v1/automation/estimate/ 400
    POST /api/v1/automation/estimate/ 400
    GET /api/v1/automation/history/ 200
    POST /api/v1/automation/pause/ 400
    GET /api/v1/automation/pipeline_overview/ 400
    POST /api/v1/automation/resume/ 400
    POST /api/v1/automation/run_now/ 400
    GET /api/v1/automation/runs/{id}/ 200 run
    EVENTS /api/v1/automation/runs/{id}/events/ 200 run
    GET /api/v1/automation/runs/{id}/logs/ 200 run
    GET /api/v1/automation/scheduled-tasks/ 200
    GET /api/v1/automation/scheduled-tasks/{id}/ 200 job
    POST /api/v1/automation/scheduled-tasks/{id}/retry/ 409 job
    GET /api/v1/billing/credit-packages/ 200
    GET /api/v1/billing/credit-packages/{id}/ 200 global:package
    POST /api/v1/billing/credit-packages/{id}/purchase/ 400 global:package
    GET /api/v1/billing/credit-transactions/ 200
    GET /api/v1/billing/credit-transactions/{id}/ 200 transaction
    GET /api/v1/billing/auto-top-up/ 200
    PUT /api/v1/billing/auto-top-up/ 400
    GET /api/v1/billing/credits/notices/ 200
    POST /api/v1/billing/credits/notices/{id}/dismiss/ 404 =0
    GET /api/v1/billing/credits/balance/ 200
    GET /api/v1/billing/credits/balance/balance/ 200
    GET /api/v1/billing/credits/costs/ 200
    GET /api/v1/billing/credits/estimate/ 400
    POST /api/v1/billing/credits/estimate/ 400
    GET /api/v1/billing/credits/transactions/ 200
    GET /api/v1/billing/credits/transactions/{id}/ 200 transaction
    GET /api/v1/billing/credits/usage/ 200
    GET /api/v1/billing/credits/usage/limits/ 200
    GET /api/v1/billing/credits/usage/summary/ 200
    GET /api/v1/billing/invoices/ 200
    GET /api/v1/billing/invoices/{id}/ 200 invoice
    GET /api/v1/billing/invoices/{id}/download_pdf/ 200 invoice
    POST /api/v1/billing/invoices/{id}/pay/ 400 invoice
    GET /api/v1/billing/payment-methods/ 200
    POST /api/v1/billing/payment-methods/ 400
    GET /api/v1/billing/payment-methods/{id}/ 200 method
    PUT /api/v1/billing/payment-methods/{id}/ 200 method
    PATCH /api/v1/billing/payment-methods/{id}/ 200 method
    DELETE /api/v1/billing/payment-methods/{id}/ 204 method
    POST /api/v1/billing/payment-methods/{id}/set_default/ 200 method
    GET /api/v1/billing/payments/ 200
    GET /api/v1/billing/payments/available_methods/ 200
    POST /api/v1/billing/payments/manual/ 400
    GET /api/v1/billing/payments/{id}/ 200 payment
    POST /api/v1/billing/payments/{id}/cancel/ 200 payment
    POST /api/v1/billing/payments/{id}/capture/ 409 payment
    GET /api/v1/billing/profile/ 200
    PUT /api/v1/billing/profile/ 200
    PATCH /api/v1/billing/profile/ 200
    GET /api/v1/billing/subscriptions/ 200
    GET /api/v1/billing/subscriptions/{id}/ 200 subscription
    POST /api/v1/billing/subscriptions/{id}/cancel/ 200 subscription
    POST /api/v1/billing/subscriptions/{id}/change_plan/ 400 subscription
    GET /api/v1/billing/subscriptions/{id}/history/ 200 subscription
    POST /api/v1/billing/subscriptions/{id}/resume/ 200 subscription
    POST /api/v1/billing/webhooks/paypal/ 404
    POST /api/v1/billing/webhooks/stripe/ 404
    GET /api/v1/planner/clusters/ 200
    POST /api/v1/planner/clusters/ 400
    POST /api/v1/planner/clusters/auto_generate_ideas/ 400
    POST /api/v1/planner/clusters/bulk_delete/ 400
    POST /api/v1/planner/clusters/bulk_update/ 400
    GET /api/v1/planner/clusters/{id}/ 200 cluster
    PUT /api/v1/planner/clusters/{id}/ 200 cluster
    PATCH /api/v1/planner/clusters/{id}/ 200 cluster
    DELETE /api/v1/planner/clusters/{id}/ 204 cluster
    POST /api/v1/planner/clusters/{id}/add_keywords/ 400 cluster
    POST /api/v1/planner/clusters/{id}/remove_keywords/ 400 cluster
    GET /api/v1/planner/ideas/ 200
    POST /api/v1/planner/ideas/ 400
    POST /api/v1/planner/ideas/bulk_delete/ 400
    POST /api/v1/planner/ideas/bulk_queue_to_writer/ 400
    POST /api/v1/planner/ideas/bulk_update/ 400
    GET /api/v1/planner/ideas/{id}/ 200 idea
    PUT /api/v1/planner/ideas/{id}/ 200 idea
    PATCH /api/v1/planner/ideas/{id}/ 200 idea
    DELETE /api/v1/planner/ideas/{id}/ 204 idea
    GET /api/v1/planner/keywords/ 200
    POST /api/v1/planner/keywords/ 400
    POST /api/v1/planner/keywords/auto_cluster/ 400
    POST /api/v1/planner/keywords/bulk_add_from_seed/ 400
    POST /api/v1/planner/keywords/bulk_delete/ 400
    POST /api/v1/planner/keywords/bulk_update/ 400
    GET /api/v1/planner/keywords/export/ 200
    POST /api/v1/planner/keywords/import_keywords/ 400
    GET /api/v1/planner/keywords/stats/ 200
    GET /api/v1/planner/keywords/{id}/ 200 keyword
    PUT /api/v1/planner/keywords/{id}/ 200 keyword
    PATCH /api/v1/planner/keywords/{id}/ 200 keyword
    DELETE /api/v1/planner/keywords/{id}/ 204 keyword
    POST /api/v1/publisher/publish/ 400
    GET /api/v1/publisher/publishing-records/ 200
    GET /api/v1/publisher/publishing-records/{id}/ 200 record
    GET /api/v1/system/author-profiles/ 200
    POST /api/v1/system/author-profiles/ 400
    GET /api/v1/system/author-profiles/{id}/ 200 profile
    PUT /api/v1/system/author-profiles/{id}/ 200 profile
    PATCH /api/v1/system/author-profiles/{id}/ 200 profile
    DELETE /api/v1/system/author-profiles/{id}/ 204 profile
    GET /api/v1/system/prompts/ 200
    GET /api/v1/system/prompts/by_type/{prompt_type}/ 200 =clustering
    POST /api/v1/system/prompts/reset_prompt/ 400
    POST /api/v1/system/prompts/save_prompt/ 400
    GET /api/v1/system/settings/account/ 200
    GET /api/v1/system/settings/account/{key}/ 404 =nothing
    PUT /api/v1/system/settings/account/{key}/ 400 =nothing
    PATCH /api/v1/system/settings/account/{key}/ 400 =nothing
    DELETE /api/v1/system/settings/account/{key}/ 404 =nothing
    GET /api/v1/system/settings/ai/ 200
    GET /api/v1/system/settings/ai/{key}/ 404 =nothing
    PUT /api/v1/system/settings/ai/{key}/ 400 =nothing
    PATCH /api/v1/system/settings/ai/{key}/ 400 =nothing
    DELETE /api/v1/system/settings/ai/{key}/ 404 =nothing
    GET /api/v1/system/settings/integrations/task_progress/{task_id}/ 200 aiTask
    EVENTS /api/v1/system/settings/integrations/task_progress/{task_id}/ 200 aiTask
    POST /api/v1/system/settings/integrations/task_progress/{task_id}/cancel/ 200 aiTask
    GET /api/v1/system/settings/integrations/{provider}/ 200 =openai
    PUT /api/v1/system/settings/integrations/{provider}/ 200 =openai
    POST /api/v1/system/settings/integrations/{provider}/test/ 200 =openai
    GET /api/v1/system/settings/modules/ 200
    GET /api/v1/system/settings/modules/enable/ 200
    PUT /api/v1/system/settings/modules/enable/ 200
    PATCH /api/v1/system/settings/modules/enable/ 200
    GET /api/v1/system/settings/modules/{key}/ 404 =nothing
    PUT /api/v1/system/settings/modules/{key}/ 400 =nothing
    PATCH /api/v1/system/settings/modules/{key}/ 400 =nothing
    DELETE /api/v1/system/settings/modules/{key}/ 404 =nothing
    GET /api/v1/system/settings/system/ 200
    GET /api/v1/system/settings/system/{key}/ 200 =registration_open
    PUT /api/v1/system/settings/system/{key}/ 400 =registration_open
    PATCH /api/v1/system/settings/system/{key}/ 400 =registration_open
    DELETE /api/v1/system/settings/system/{key}/ 204 =registration_open
    GET /api/v1/system/settings/task_progress/{task_id}/ 200 aiTask
    EVENTS /api/v1/system/settings/task_progress/{task_id}/ 200 aiTask
    POST /api/v1/system/settings/task_progress/{task_id}/cancel/ 200 aiTask
    GET /api/v1/system/settings/user/ 200
    GET /api/v1/system/settings/user/{key}/ 404 =nothing
    PUT /api/v1/system/settings/user/{key}/ 400 =nothing
    PATCH /api/v1/system/settings/user/{key}/ 400 =nothing
    DELETE /api/v1/system/settings/user/{key}/ 404 =nothing
    GET /api/v1/system/strategies/ 200
    POST /api/v1/system/strategies/ 400
    GET /api/v1/system/strategies/{id}/ 200 strategy
    PUT /api/v1/system/strategies/{id}/ 200 strategy
    PATCH /api/v1/system/strategies/{id}/ 200 strategy
    DELETE /api/v1/system/strategies/{id}/ 204 strategy
    GET /api/v1/writer/content/ 200
    POST /api/v1/writer/content/ 400
    POST /api/v1/writer/content/bulk_delete/ 400
    POST /api/v1/writer/content/bulk_update/ 400
    POST /api/v1/writer/content/generate_image_prompts/ 400
    POST /api/v1/writer/content/{content_id}/publish/ 202 content
    GET /api/v1/writer/content/{id}/ 200 content
    PUT /api/v1/writer/content/{id}/ 200 content
    PATCH /api/v1/writer/content/{id}/ 200 content
    DELETE /api/v1/writer/content/{id}/ 204 content
    POST /api/v1/writer/content/{id}/restore/ 400 content
    GET /api/v1/writer/content/{id}/revisions/ 200 content
    POST /api/v1/writer/content/{id}/unpublish/ 200 content
    GET /api/v1/writer/images/ 200
    POST /api/v1/writer/images/ 400
    POST /api/v1/writer/images/auto_generate/ 400
    POST /api/v1/writer/images/bulk_update/ 400
    GET /api/v1/writer/images/by-content/{id}/ 200 content
    POST /api/v1/writer/images/generate_images/ 400
    GET /api/v1/writer/images/{id}/ 200 image
    PUT /api/v1/writer/images/{id}/ 200 image
    PATCH /api/v1/writer/images/{id}/ 200 image
    DELETE /api/v1/writer/images/{id}/ 204 image
    GET /api/v1/writer/images/{id}/file/ 200 image
    POST /api/v1/writer/images/{id}/regenerate/ 202 image
    GET /api/v1/writer/tasks/ 200
    POST /api/v1/writer/tasks/ 400
    POST /api/v1/writer/tasks/auto_generate_content/ 400
    POST /api/v1/writer/tasks/bulk_delete/ 400
    POST /api/v1/writer/tasks/bulk_update/ 400
    GET /api/v1/writer/tasks/{id}/ 200 task
    PUT /api/v1/writer/tasks/{id}/ 200 task
    PATCH /api/v1/writer/tasks/{id}/ 200 task
    DELETE /api/v1/writer/tasks/{id}/ 204 task
    """
}
