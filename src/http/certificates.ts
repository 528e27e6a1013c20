/**
 * The certificates of a server, judged before they are used. Node takes an empty
 * text for a certificate, and anything at all for an authority, and then refuses
 * whoever comes.
 */
import { createPrivateKey, X509Certificate } from "node:crypto"
import { createSecureContext } from "node:tls"
import { HttpStartFault } from "./fault.js"
import type { HttpAuth } from "./guard.js"

/** PEM texts, and what they are used with. */
export interface SecureOptions {
  readonly cert: string
  readonly key: string
  /** Of the authority that signs for clients. */
  readonly ca?: string
  readonly minVersion: "TLSv1.2"
}

/**
 * @param outcome what comes of it where they cannot be used, e.g. "not listening"
 * @returns null where TLS is not spoken
 * @throws HttpStartFault E_HTTP_TLS
 */
export function secureOptions(auth: HttpAuth, outcome: string): SecureOptions | null {
  const tls = auth.kind === "tls" ? auth : auth.kind === "token" ? auth.tls : undefined
  if (tls === undefined) return null
  const { cert, key } = tls
  const ca = auth.kind === "tls" ? { ca: auth.ca } : {}
  const options: SecureOptions = { cert, key, ...ca, minVersion: "TLSv1.2" }
  let part = "the certificate"
  try {
    const certificate = new X509Certificate(cert)
    part = "the key"
    if (!certificate.checkPrivateKey(createPrivateKey(key)))
      throw new Error("it does not belong to the certificate")
    part = "the authority of the clients"
    if (options.ca !== undefined) new X509Certificate(options.ca)
    part = "what the certificate or key says"
    createSecureContext(options)
    return options
  } catch (error) {
    throw new HttpStartFault(
      "E_HTTP_TLS",
      `${part} cannot be used: ${(error as Error).message}: ${outcome}`,
      "give PEM texts of a certificate, its own key without a passphrase, and the authority of the clients",
    )
  }
}
