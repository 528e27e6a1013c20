/**
 * Puts what a process loads when it starts into a few files, in the place of what
 * the compiler wrote: `adaptive` and its five workers. Hundreds of small modules
 * take longer to find than to run. The library stays as it was compiled, for those
 * who bundle themselves. Packages stay outside.
 */
import { rmSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { rolldown } from "rolldown"

const DIST = fileURLToPath(new URL("../dist/", import.meta.url))
const ENTRIES = [
  "cli/main",
  "cli/lua-worker",
  "reload/worker",
  "reload/function-worker",
  "ingest/traffic-worker",
  "daemon/rehearsal-worker",
]

// What an earlier build left would be taken along when the package is packed.
rmSync(new URL("../dist/chunks/", import.meta.url), { recursive: true, force: true })

const bundle = await rolldown({
  cwd: DIST,
  input: Object.fromEntries(ENTRIES.map((entry) => [entry, `./${entry}.js`])),
  platform: "node",
  external: /^[^./]/,
})
// Two levels below the root, like the entries: src/model/places.ts counts on that.
await bundle.write({
  dir: DIST,
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name].js",
})
await bundle.close()
