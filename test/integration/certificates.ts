/** Certificates for tests, made by openssl: authorities, and what they sign for localhost. */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { request } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0
if (!hasOpenssl) console.log("skipped: TLS, since openssl is not installed")

export class Certificates {
  readonly #dir = mkdtempSync(join(tmpdir(), "adaptive-tls-"))

  path(name: string): string {
    return join(this.#dir, name)
  }

  /** PEM text of "NAME.crt" or "NAME.key". */
  pem(name: string): string {
    return readFileSync(this.path(name), "utf8")
  }

  own(name: string): { readonly cert: string; readonly key: string } {
    return { cert: this.pem(`${name}.crt`), key: this.pem(`${name}.key`) }
  }

  /** One that signs itself. */
  make(name: string, ...more: string[]): void {
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
        ...["-subj", `/CN=${name}`, "-keyout", this.path(`${name}.key`), "-out", this.path(`${name}.crt`)],
        ...more,
      ],
      { stdio: "ignore" },
    )
  }

  signed(name: string, by: string): void {
    const authority = ["-CA", this.path(`${by}.crt`), "-CAkey", this.path(`${by}.key`)]
    this.make(name, ...authority, "-addext", "subjectAltName=DNS:localhost")
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true, force: true })
  }
}

/** A request to localhost over TLS. @param options of node:https: what it trusts and shows, path, method */
export function askTls(
  port: number,
  options: object,
  sent?: Buffer | string,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "localhost", family: 4, port, agent: false, ...options }, (response) => {
      let body = ""
      response.setEncoding("utf8")
      response.on("data", (text: string) => {
        body += text
      })
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }))
    })
    asked.on("error", reject)
    asked.end(sent)
  })
}
