import { creditOf } from "./accounts.js";
import { ok } from "./http/answers.js";
import type { AccountRequest, Route } from "./http/route.js";

/** The account of the key. */
export const userRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/api/v0/users/current/",
    access: "account",
    answer: (request) => ok(userRow(request)),
  },
];

/** Vast's id of an account; that of Vast itself for 0. */
export function userId(account: number): number {
  return 60_000 + account;
}

/** Every field of the recorded answer; `api_key` is in the live one too, and clients have to drop it. */
function userRow({ state, account, key, now }: AccountRequest): Record<string, unknown> {
  return {
    can_pay: true,
    id: userId(account.number),
    // Milliseconds here, unlike everywhere else (recorded 2026-09-05).
    created_at: 1_728_748_800_000,
    api_key: key,
    key_id: account.number,
    username: `example${account.number}`,
    ssh_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleExa example",
    phone_number: null,
    paypal_email: null,
    wise_email: null,
    fullname: "Example User",
    balance_threshold: -0.01,
    balance_threshold_enabled: true,
    autobill_threshold: null,
    total_spend: creditOf(state, account, now) - account.deposited,
    autobill_amount: null,
    billaddress_line1: null,
    billaddress_line2: null,
    billaddress_city: null,
    billaddress_zip: null,
    billaddress_country: null,
    billing_creditonly: 1,
    billaddress_taxinfo: null,
    password_resettable: null,
    email: `user${account.number}@example.com`,
    tfa_status: "disabled",
    has_billing: true,
    has_payout: false,
    has_stripe_payout: false,
    payout_enabled: 0,
    host_only: false,
    host_agreement_accepted: 0,
    email_verified: true,
    last4: null,
    balance: 0,
    credit: creditOf(state, account, now),
    got_signup_credit: 0,
    paid_verified: 0,
    paid_expected: 0,
    billed_verified: 0,
    billed_expected: 0,
    has_rented: true,
    balance_referrals: 0,
    is_subject_to_unpaid_deletion: 0,
    discord_id: null,
    huggingface_cloud_sync_enabled: 0,
    oauth_provider: null,
    rights: null,
    tfa_login: 0,
    crisp_hmac: "0123456789abcdef",
    sid: "0123456789abcdef",
  };
}
