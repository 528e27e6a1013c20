/** What writing to a disk for good takes, beyond writing. */
import { open } from "node:fs/promises"

/** A new name is on the disk only when its directory is. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r")
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** For what may not be there: anything else is thrown on. */
export function unlessMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
}
