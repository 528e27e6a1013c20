/** How urgent a line of a log is. Source: configuration.md section 3, operational_log_level. */

/** From the least to the most urgent. */
export const LOG_LEVELS = ["debug", "info", "notice", "warning", "error", "critical"] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Is a line of this level to be written where `least` is what is asked for? */
export function isLogged(level: LogLevel, least: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least)
}
