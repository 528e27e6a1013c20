/**
 * The one catalogue of codes. A code names a subject and a fault
 * (`E_<SUBJECT>_<FAULT>`), never changes its meaning, and carries its severity;
 * the sentence a person reads is written where the fault is found, because only
 * that place knows what it saw.
 *
 * Severity "error" disables the smallest unit (action < rule < domain < script)
 * and never the rest. Source: rule-files.md, section 7.
 */

export type Severity = "error" | "warning" | "info"

interface CodeEntry {
  readonly severity: Severity
  /** One line for the list of codes in the documentation. */
  readonly summary: string
}

const error = (summary: string): CodeEntry => ({ severity: "error", summary })
const warning = (summary: string): CodeEntry => ({ severity: "warning", summary })
const info = (summary: string): CodeEntry => ({ severity: "info", summary })

export const CODES = {
  // -- files: what a path leads to
  E_FILE_MISSING: error("no such file or directory"),
  E_FILE_UNREADABLE: error("a file that cannot be read"),
  E_FILE_EMPTY_DIRECTORY: error("a directory without rule files"),
  E_FILE_BINARY: error("a file that is not text"),
  E_FILE_SIZE: error("a file too large to be a rule file"),
  E_FILE_ENCODING: error("bytes that are not UTF-8"),

  // -- syntax: the Lua dialect, found in the source text
  E_LUA_SYNTAX: error("the file is not valid Lua in the rule dialect"),
  E_LUA_QUOTE: error("a curly quote stands where Lua wants a straight one"),
  E_LUA_CHARACTER: error("a byte order mark, no-break space or control character in the code"),
  E_LUA_SEPARATOR: error("a comma, or a closing brace, is missing in a table"),
  E_LUA_NUMBER: error("a numeral that the dialect cannot read"),
  E_LUA_ESCAPE: warning("a backslash that Lua silently drops"),
  E_LUA_COMMENT: warning("a long comment that holds another opening bracket"),
  E_LUA_DUPLICATE_KEY: error("a table names one key twice; the last one silently wins"),

  // -- lua: running a script
  E_LUA_RUNTIME: error("the script raised an error"),
  E_LUA_BUDGET: error("the script used up its instruction budget"),
  E_LUA_DEADLINE: error("the script ran longer than its deadline"),
  E_LUA_MEMORY: error("the script used more memory than it may"),

  // -- pcre: the pattern in `code`
  E_PATTERN_SYNTAX: error("PCRE would not compile this pattern"),
  E_PATTERN_UNSUPPORTED: error("a PCRE construct that cannot be honoured here"),

  // -- rules: the loaded tables
  E_RULES_SHAPE: error("the file registers no rules, or in a way the runtime does not read"),
  E_RULES_MISPLACED: error("`responses` or `configuration` stands where no domain is"),
  E_DOMAIN_KEY: error("a domain key that can never match"),
  E_DOMAIN_CASE: warning("a domain key or alias target in upper case"),
  E_DOMAIN_COLLISION: warning("two keys are one domain once in lower case"),
  E_DOMAIN_VALUE: error("a domain that is neither a table nor an alias"),
  E_DOMAIN_FIELD: error("an unknown field of a domain"),
  E_ALIAS_CHAIN: error("an alias of an alias"),
  E_ALIAS_DANGLING: error("an alias of a domain that has no table"),
  E_ALIAS_KEPT: warning("an alias that the existing entry overrides"),
  E_ALIAS_COPY: info("a custom table on an aliased key: the key gets its own copy of the target"),
  E_EXTENSION_STRICT: warning("an extension of this runtime, switched off in strict mode"),
  E_RESPONSES_SHAPE: error("`responses` is not a list of rules"),
  E_RULE_FIELD: error("an unknown or mistyped field of a rule"),
  E_RULE_CODE: error("a rule without a pattern"),
  E_RULE_ACTION: error("a rule without an action"),
  E_RULE_VALUE: error("a field of a rule has a value of the wrong type"),
  E_RULE_UNREACHABLE: warning("a pattern that an equal, earlier one always beats"),
  E_RULE_SHADOWS: warning("a custom rule with the pattern of a system rule"),
  E_RULE_PHASE: warning("`phase` is present; it was never implemented"),
  E_TRIGGER_SYNTAX: error('a trigger that is neither "1" nor "COUNT/SECONDS"'),
  E_TRIGGER_NUMBER: info("a trigger written as a number"),
  E_TRIGGER_MISSING: warning("a rule without a trigger"),
  E_TRIGGER_ONE_SECOND: warning('the trigger "1/1", which is not "1"'),
  E_ACTION_UNKNOWN: error("an unknown action"),
  E_ACTION_ARGUMENT: error("an action with a missing or bad argument"),
  E_ACTION_FLAT: warning("several actions in one flat list"),
  E_ACTION_NO_DEFAULT: warning("an adjustment of an option that nothing gives a value"),
  E_WARMUP_UNIT: warning("`warmup` with a unit; it takes seconds"),
  E_CONFIG_SHAPE: error("`configuration` is not a table of options"),
  E_CONFIG_OPTION: error("an option that does not exist"),
  E_CONFIG_PREFIX: warning("an option written with its `adaptive_` prefix"),
  E_CONFIG_UNMANAGED: warning("an option that is not managed by default"),
  E_CONFIG_VALUE: error("an option with a value of the wrong type or range"),
  E_CONFIG_KEPT: warning("a custom option that the existing value overrides"),
  E_SWEEP_SHAPE: error("`sweep_rules` is not a list of sweep rules"),
  E_SWEEP_FIELD: error("an unknown or mistyped field of a sweep rule"),
  E_SWEEP_NAME: error("a sweep rule without a name"),
  E_SWEEP_REPEATED: warning("two sweep rules of one name in a domain"),
  E_SWEEP_CODES: warning("a sweep rule without codes"),
  E_SWEEP_CODE: error("a code of a sweep rule that is neither bc: nor fbl:"),
  E_SWEEP_CLASS: warning("a sweep rule for a bounce class that does not exist"),
  E_SWEEP_MIXED: warning("a sweep rule for bounces and complaints at once"),
  E_SWEEP_VALUE: error("a field of a sweep rule has a value of the wrong type or range"),
  E_SWEEP_THRESHOLDS: warning("a low threshold above the high one"),
  E_SWEEP_ACTION: error("an action that a sweep rule cannot take"),
  E_SWEEP_SUSPENSION: warning("a sweep rule that suspends for other than 1, 2, 4, 8 … hours"),
  E_CODE_DOT: warning("an unescaped dot that is probably meant literally"),
  E_CODE_PARENTHESES: warning("unescaped parentheses that are probably meant literally"),
  E_CODE_BLANK: warning("a pattern that ends in a blank"),
  E_CODE_DIGITS: warning("bare digits that match anywhere in the reply"),
  E_CODE_COST: warning("a pattern that can take very long"),
  E_SCRIPT_GLOBAL: warning("a custom script that sets a global"),

  // -- reload: rules that come and go
  E_RULES_WORKER: error("a thread for rules that does not start"),
  E_RULES_REHEARSAL: error("rules that could not be rehearsed on the last hour"),
  E_RULES_FUNCTIONS: error("functions of rules that answer no more"),

  // -- config: an ecelerity.conf
  E_CONF_SYNTAX: error("something stands where the configuration wants something else"),
  E_CONF_UNCLOSED: error("a brace, bracket, quote or comment that is never closed"),
  E_CONF_STRAY: error("a closing brace that closes nothing"),
  E_CONF_DEPTH: error("stanzas or values nested too deep"),
  E_CONF_CHARACTER: error("a byte that is no text"),
  E_CONF_CURLY: warning("typographic quotes"),
  E_CONF_SLASH: warning("a path without quotes"),
  E_CONF_SOURCE: warning("a script without a source"),
  E_CONF_INCLUDE: error("an included file that is missing or cannot be read"),
  E_CONF_CYCLE: error("a file that includes itself"),
  E_CONF_TOO_MANY: info("more findings than are told"),
  E_CONF_UNKNOWN: error("an option or stanza that does not exist"),
  E_CONF_SCOPE: error("an option in a scope it is not valid in"),
  E_CONF_NESTING: error("a stanza in a scope it is not valid in"),
  E_CONF_NAME: error("a stanza without a usable name"),
  E_CONF_PATTERN: error("a domain pattern that is no regular expression"),
  E_CONF_VALUE: error("an option of a configuration with a value of the wrong kind"),
  E_CONF_OBSOLETE: warning("an option that no version reads any more"),
  E_CONF_MODULE: error("a module that another needs is not configured"),
  E_CONF_DISABLED: error("no script makes Adaptive Delivery act"),
  E_CONF_NO_ALERTING: warning("no module mails alerts"),
  E_CONF_GROUP_SIZE: info("a group of more bindings than the original advises"),

  // -- bounces: the tables that replies are classified by
  E_BOUNCE_SHAPE: error("a part of a classification that is unknown or of the wrong form"),
  E_BOUNCE_FIELD: error("an unknown or unusable field of a classification"),
  E_BOUNCE_CLASS: error("a bounce class that does not exist, or has an impossible number"),
  E_BOUNCE_MARKER: error("a marker that no reply can have"),
  E_BOUNCE_CODE: error("what stands for a reply code and is none"),
  E_BOUNCE_UNREACHABLE: warning("a marker that an earlier entry has already"),

  // -- store: series, throttles, gauges, audits
  E_SERIES_SPEC: error("a series with an impossible name, type or windows"),
  E_SERIES_DEFINED: error("a series that is defined in another way already"),
  E_SERIES_UNKNOWN: error("a series that nothing defined"),
  E_SERIES_KEY: error("a key that the series cannot hold"),
  E_SERIES_COUNT: error("a count that is no number"),
  E_SERIES_RANGE: error("windows that the series does not have"),
  E_SERIES_FULL: error("more series, or keys in one, than can be held"),
  E_THROTTLE_SPEC: error("a throttle with an impossible name or rate"),
  E_THROTTLE_UNKNOWN: error("a throttle that was not created, or is gone"),
  E_THROTTLE_COUNT: error("messages that cannot be counted"),
  E_GAUGE_SPEC: error("a gauge cache with an impossible name or size"),
  E_GAUGE_DEFINED: error("a gauge cache that is defined in another way already"),
  E_GAUGE_UNKNOWN: error("a gauge cache that nothing defined"),
  E_GAUGE_KEY: error("a key that a gauge cache cannot hold"),
  E_GAUGE_FULL: error("more gauge caches than can be held"),
  E_AUDIT_OPTION: error("an outbound_audit option with an impossible value"),
  E_AUDIT_UNKNOWN: error("an outbound_audit instance that does not exist"),
  E_AUDIT_DOMAIN: error("a domain of which an outbound_audit holds nothing"),
  E_SNAPSHOT_VERSION: error("a snapshot of another version"),
  E_SNAPSHOT_DAMAGED: error("a snapshot that is damaged or not whole"),
  E_SNAPSHOT_WRITE: error("a snapshot that could not be written"),
  E_JOURNAL_VERSION: error("a journal of another version"),
  E_JOURNAL_DAMAGED: error("a journal that is damaged"),
  E_JOURNAL_WRITE: error("a journal that cannot be written"),
  E_STATE_LOCKED: error("a state directory that another process uses"),
  E_STATE_VERSION: error("a state directory of another version"),
  E_STATE_UNUSABLE: error("a state directory that cannot be read or written"),

  // -- sinks: logs, records and alerts
  E_LOG_WRITE: error("a log or a file of records that could not be written"),
  E_ALERT_SEND: error("an alert that could not be mailed"),
  E_ALERT_DELAYED: warning("an alert that the mail server puts off, and that is tried again"),
  E_ALERT_NOBODY: warning("alerts that were to be sent, and are made for nobody"),
  E_ALERT_ADDRESS: warning("a word that is no address for alerts"),

  // -- events: what a program tells the runtime
  E_EVENT_TIME: error("an event or a question without a time that mail can have"),
  E_EVENT_TYPE: error("an event of a kind that does not exist"),
  E_EVENT_DOMAIN: error("an event or a question without a domain"),

  // -- http: the server, its event stream, webhooks and metrics
  E_HTTP_LISTEN: error("an address that cannot be listened on"),
  E_HTTP_OPEN: error("an address that others reach, without a token or client certificates"),
  E_HTTP_TOKEN: error("tokens that are missing, too short, or no text of a header"),
  E_HTTP_TLS: error("a certificate or key that cannot be used, or a TLS handshake that failed"),
  E_HTTP_REQUEST: error("bytes that are no HTTP request"),
  E_HTTP_CUT: error("a request that ends too early"),
  E_HTTP_HOST: error("a request without one usable Host header"),
  E_HTTP_ORIGIN: error("a request that a page of another site makes"),
  E_HTTP_TARGET: error("a request target or query that cannot be read"),
  E_HTTP_JSON: error("a body that is not JSON"),
  E_HTTP_VALUE: error("a query or body with a missing, unknown or impossible value"),
  E_HTTP_DAMAGED: error("a compressed body that cannot be inflated"),
  E_HTTP_AUTH: error("a request without a valid token or client certificate"),
  E_HTTP_PATH: error("a path that does not exist"),
  E_HTTP_METHOD: error("a method that a path does not take"),
  E_HTTP_SLOW: error("a request that did not come in time"),
  E_HTTP_SIZE: error("a body that is too large"),
  E_HTTP_ENCODING: error("a body in an encoding that is not taken"),
  E_HTTP_EXPECT: error("an expectation that is not met"),
  E_HTTP_RATE: error("more requests than one client may make"),
  E_HTTP_HEADERS: error("too many header bytes or fields"),
  E_HTTP_INTERNAL: error("an answer that could not be made"),
  E_HTTP_BUSY: error("more connections than are taken"),
  E_INTAKE_BUSY: error("too much of lines whose end has not come yet"),
  E_CATCHING_UP: error("events that came while a log is behind"),
  E_HTTP_CLOSING: error("a request to a server that is ending"),
  E_HTTP_WEBHOOK: error("a webhook that cannot be used, or is gone"),
  E_HTTP_DELAYED: warning("events that a receiver does not take, and that are sent again"),
  E_HTTP_LOST: warning("events that were not kept long enough to be sent"),

  // -- traffic: recorded events
  E_TRAFFIC_MISSING: error("no such traffic file"),
  E_TRAFFIC_UNREADABLE: error("a traffic file that cannot be read"),
  E_TRAFFIC_DIRECTORY: error("a directory where a traffic file is wanted"),
  E_TRAFFIC_FORMAT: error("a traffic file in no known format"),
  E_TRAFFIC_EMPTY: warning("a traffic file without a byte in it"),
  E_TRAFFIC_LINE: warning("a line of traffic that cannot be read"),
  E_TRAFFIC_NOTHING: error("a traffic file in which no line could be read"),
  E_TRAFFIC_CUT: error("compressed traffic that ends too early"),
  E_TRAFFIC_SEGMENT: info("the open segment of a log that is still being written"),
  E_TRAFFIC_DAMAGED: error("compressed traffic that cannot be decompressed any further"),
  E_TRAFFIC_DELIVERIES: warning("traffic with failures and no deliveries"),
  E_TRAFFIC_TRANSIENTS: warning("traffic with permanent failures and no transient ones"),
  E_TRAFFIC_YEAR: info("stamps without a year"),

  // -- control: the socket that a running daemon is asked over
  E_CONTROL_PATH: error("a path on which no control socket can be made or asked"),
  E_CONTROL_KIND: error("something else than a socket where the control socket belongs"),
  E_CONTROL_TAKEN: error("a control socket on which another process answers"),
  E_CONTROL_ABSENT: error("a control socket that is not there, or on which nobody answers"),
  E_CONTROL_DENIED: error("a control socket that belongs to another user"),
  E_CONTROL_BUSY: error("more clients at once than a daemon takes"),
  E_CONTROL_SILENT: error("a process that takes a connection and says nothing"),
  E_CONTROL_LOST: error("a connection that broke before the answer came"),
  E_CONTROL_VERSION: error("a client and a daemon with other versions of the protocol"),
  E_CONTROL_GARBAGE: error("a line that is no message of the protocol"),
  E_CONTROL_REQUEST: error("a request that does not exist, or lacks something"),
  E_CONTROL_SIZE: error("a message or an answer that is larger than it may be"),
  E_CONTROL_FAILED: error("a request that failed inside the daemon"),
} as const satisfies Record<string, CodeEntry>

export type Code = keyof typeof CODES
