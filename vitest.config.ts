import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Two cores: worker-heavy suites starve each other beyond that.
    maxWorkers: 2,
    testTimeout: 30_000,
  },
})
