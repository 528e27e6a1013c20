import { defineConfig } from "vitest/config"

/** `.ci/run` names a file for the machine-readable result. */
const report = process.env.ADAPTIVE_TEST_REPORT

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Two cores: worker-heavy suites starve each other beyond that.
    maxWorkers: 2,
    testTimeout: 60_000,
    ...(report === undefined ? {} : { reporters: ["default", "json"], outputFile: { json: report } }),
  },
})
