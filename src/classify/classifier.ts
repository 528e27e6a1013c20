/**
 * Replies to bounce classes. What is said for the domain goes first, then what
 * is said for its provider (by domain or MX host), then what holds in general;
 * within each the first entry that fits decides. Pure: no files, no clock.
 * Source: receivers.md, "Reading rules" and "Bounce classification".
 */
import { BOUNCE_CLASSES, UNDETERMINED } from "../model/bounce-class.js"
import type { BounceVerdict, ClassEntry, ClassificationData } from "../model/classification.js"
import { hostName } from "../model/host-name.js"
import { EntryList, sharedCompiler } from "./entry-list.js"
import { normaliseReply, type Reply, readReply } from "./normalise.js"

/** A verdict with its sentence, which begins with the category. */
export interface Classification extends BounceVerdict {
  readonly description: string
}

/** A list and what each of its entries comes to. */
interface Judged {
  readonly list: EntryList
  readonly verdicts: readonly Classification[]
}

/** Domains whose lists are remembered; beyond, all are forgotten and found again. */
const MAX_DOMAINS = 10_000
const UNKNOWN = "undetermined"

export class Classifier {
  readonly #data: ClassificationData
  readonly #names: ReadonlyMap<number, string>
  readonly #overrides: Keyed
  readonly #providers: Keyed
  readonly #general: Judged
  readonly #nothing: Classification
  readonly #chains = new Map<string, { readonly mx: string | null; readonly lists: readonly Judged[] }>()

  /** @param names names of the operator's own classes by number, as the configuration has them */
  constructor(data: ClassificationData, names: ReadonlyMap<number, string> = new Map()) {
    this.#data = data
    this.#names = names
    const compile = sharedCompiler()
    const judged = (entries: readonly ClassEntry[]): Judged => ({
      list: new EntryList(entries, compile),
      verdicts: entries.map((entry) => this.#verdict(entry.label, entry.code)),
    })
    this.#overrides = new Keyed(data.overrides.map(([key, entries]) => [key, judged(entries)]))
    const providers = new Map(data.providers.map(([key, entries]) => [key, judged(entries)]))
    for (const [key, target] of data.aliases) {
      const shared = providers.get(target)
      if (shared !== undefined) providers.set(key, shared)
    }
    this.#providers = new Keyed([...providers])
    this.#general = judged(data.general)
    this.#nothing = this.#verdict(UNKNOWN, null)
  }

  /** What it goes by. */
  get data(): ClassificationData {
    return this.#data
  }

  /** The same classes, with names from the configuration (`bounce_classifier_override`). */
  withCustomClasses(names: ReadonlyMap<number, string>): Classifier {
    return new Classifier(this.#data, names)
  }

  /**
   * What a reply means. Always an answer; the same object for the same class.
   * @param reply the reply's text, on one line or several
   * @param domain routing domain, any case
   * @param mx MX host that answered, if known
   */
  classify(reply: string, domain: string | null = null, mx: string | null = null): Classification {
    const read = readReply(normaliseReply(reply))
    if (domain !== null || mx !== null) {
      for (const judged of this.#chain(domain ?? "", mx)) {
        const found = findIn(judged, read)
        if (found !== undefined) return found
      }
    }
    return findIn(this.#general, read) ?? this.#nothing
  }

  /** The number alone, for whoever counts. */
  classNumber(reply: string, domain: string | null = null, mx: string | null = null): number {
    return this.classify(reply, domain, mx).code
  }

  /** Names of the classes that are not built in, by number; those of a configuration win. */
  namesOfClasses(configured: ReadonlyMap<number, string>): ReadonlyMap<number, string> {
    const own = this.#data.classes.flatMap(({ code, name, label }) =>
      BOUNCE_CLASSES.has(code) ? [] : [[code, name ?? label] as const],
    )
    return new Map([...own, ...configured])
  }

  /** What is said for a domain and its provider, before what holds in general. */
  #chain(domain: string, mx: string | null): readonly Judged[] {
    const known = this.#chains.get(domain)
    if (known !== undefined && known.mx === mx) return known.lists
    const name = hostName(domain)
    const host = mx === null ? null : hostName(mx)
    const lists = [this.#overrides.find(name, host), this.#providers.find(name, host)].filter(
      (list) => list !== null,
    )
    if (this.#chains.size >= MAX_DOMAINS) this.#chains.clear()
    this.#chains.set(domain, { mx, lists })
    return lists
  }

  #verdict(label: string, ownCode: number | null): Classification {
    const definition = this.#data.classes.find((one) => one.label === label)
    const code = ownCode ?? definition?.code ?? UNDETERMINED
    const ownName = code === definition?.code ? definition.name : null
    const name = BOUNCE_CLASSES.get(code)?.name ?? this.#names.get(code) ?? ownName ?? label
    const sentence = definition?.description ?? ""
    const description = sentence === "" ? label : `${label}: ${sentence}`
    return Object.freeze({ code, name, label, description })
  }
}

function findIn({ list, verdicts }: Judged, reply: Reply): Classification | undefined {
  return verdicts[list.find(reply)]
}

/** Lists by domain, and by suffix of the MX host where the domain has none: the longest suffix wins. */
class Keyed {
  readonly #domains: ReadonlyMap<string, Judged>
  readonly #suffixes: readonly (readonly [string, Judged])[]

  constructor(lists: readonly (readonly [string, Judged])[]) {
    const isMx = ([key]: readonly [string, Judged]): boolean => key.startsWith("mx:")
    this.#domains = new Map(lists.filter((one) => !isMx(one)))
    this.#suffixes = lists
      .filter(isMx)
      .map(([key, judged]) => [hostName(key.slice(3)), judged] as const)
      .sort(([a], [b]) => b.length - a.length || (a < b ? -1 : 1))
  }

  find(domain: string, mx: string | null): Judged | null {
    const own = this.#domains.get(domain)
    if (own !== undefined || mx === null) return own ?? null
    return this.#suffixes.find(([suffix]) => mx.endsWith(suffix))?.[1] ?? null
  }
}
