/** Where a daemon tells what a person should know; the manner of pino. */
export interface Log {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  /** An `alarm` among the facts is something to look after. */
  error(facts: object, message: string): void
}
