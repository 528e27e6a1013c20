/**
 * Bounce classes: what a refusal means, as a number that sweep rules name
 * (`bc:10`) and reports spell out. The numbers and names are Momentum's.
 * Source: traffic-formats.md section 7.
 */

export interface BounceClass {
  readonly code: number
  readonly name: string
  readonly category: "Undetermined" | "Hard" | "Soft" | "Block" | "Admin" | "Custom"
}

const entries: readonly (readonly [number, string, BounceClass["category"]])[] = [
  [1, "Undetermined", "Undetermined"],
  [10, "Invalid Recipient", "Hard"],
  [20, "Soft Bounce", "Soft"],
  [21, "DNS Failure", "Soft"],
  [22, "Mailbox Full", "Soft"],
  [23, "Too Large", "Soft"],
  [24, "Timeout", "Soft"],
  [25, "Admin Failure", "Admin"],
  [30, "Generic Bounce: No RCPT", "Hard"],
  [40, "Generic Bounce", "Soft"],
  [50, "Mail Block", "Block"],
  [51, "Spam Block", "Block"],
  [52, "Spam Content", "Block"],
  [53, "Prohibited Attachment", "Block"],
  [54, "Relaying Denied", "Block"],
  [60, "Auto-Reply", "Soft"],
  [70, "Transient Failure", "Soft"],
  [80, "Subscribe", "Admin"],
  [90, "Unsubscribe", "Hard"],
  [100, "Challenge-Response", "Soft"],
]

/** The built-in classes by number. */
export const BOUNCE_CLASSES: ReadonlyMap<number, BounceClass> = new Map(
  entries.map(([code, name, category]) => [code, Object.freeze({ code, name, category })]),
)

/** What is not classified counts as this. */
export const UNDETERMINED = 1

/** Classes of the operator's own are below it, and none of the built-in ones. */
export const CUSTOM_BELOW = 100

/** Class of an event as its traffic has it; UNDETERMINED for what is no number. */
export function bounceClassNumber(text: string | null): number {
  return text !== null && /^\d{1,3}$/.test(text) ? Number(text) : UNDETERMINED
}
