/**
 * Where the files of this package are. The one place that asks where it stands
 * itself: like all that is built it lies two directories below the package's root,
 * be it a file of its own or part of a bundle. Reads nothing.
 */

/** A file or directory of the package, e.g. "rules/adaptive_rules.lua". */
export function packageUrl(path: string): URL {
  return new URL(`../../${path}`, import.meta.url)
}

/** A script that a worker runs, as it is built: e.g. "reload/worker.js". */
export function workerUrl(path: string): URL {
  return new URL(`../${path}`, import.meta.url)
}
