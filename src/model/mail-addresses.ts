/**
 * Addresses that alerts go to or come from, as an option has them: separated by
 * blanks or commas. What cannot be an address is told apart; nothing that is
 * taken for one can end a header or a command.
 * Source: seed "adaptive", adaptive_alert_email_destination.
 */

export interface MailAddresses {
  readonly addresses: readonly string[]
  /** Words that are no addresses. */
  readonly unusable: readonly string[]
}

const MAX_ADDRESS = 254
const LOCAL_PART = /^[^\s\p{Cc}<>()[\]\\,;:"@]{1,64}$/u
const DOMAIN = /^(?:[^\s\p{Cc}<>()[\]\\,;:"@]{1,253}|\[[0-9A-Za-z.:]{1,60}\])$/u

export function readAddresses(text: string): MailAddresses {
  const addresses = new Set<string>()
  const unusable: string[] = []
  // Lists with brackets and quotes are written too, and so are addresses between angle brackets.
  for (const word of text.replace(/^\s*\(|\)\s*$/g, "").split(/[\s,]+/)) {
    const bare = word.replace(/^["'<]+|[>"']+$/g, "")
    if (bare === "") continue
    if (isAddress(bare)) addresses.add(bare)
    else unusable.push(word)
  }
  return { addresses: [...addresses], unusable }
}

function isAddress(word: string): boolean {
  const at = word.lastIndexOf("@")
  return (
    at > 0 &&
    word.length <= MAX_ADDRESS &&
    LOCAL_PART.test(word.slice(0, at)) &&
    DOMAIN.test(word.slice(at + 1))
  )
}
