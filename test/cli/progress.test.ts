/** The progress line. */
import { expect, test } from "vitest"
import { progressLine } from "../../src/cli/progress.js"

test.each([
  [0, 1000, 1, "[························] 0 %  0 B of 1.0 kB  0 B/s  0 s left"],
  [500, 1000, 1, "[############············] 50 %  500 B of 1.0 kB  500 B/s  1 s left"],
  [120e6, 285.7e6, 1.26, "[##########··············] 42 %  120.0 MB of 285.7 MB  95.2 MB/s  2 s left"],
  [1e9, 1e12, 10, "[························] 0 %  1.0 GB of 1.0 TB  100.0 MB/s  166 min 30 s left"],
  [1e6, null, 2, "1.0 MB  500.0 kB/s"],
  [10, 0, 1, "10 B  10 B/s"],
  [2000, 1000, 1, "[########################] 100 %  2.0 kB of 1.0 kB  2.0 kB/s  0 s left"],
])("%s of %s bytes after %s s", (done, total, seconds, line) => {
  expect(progressLine(done, total, seconds)).toBe(line)
})
