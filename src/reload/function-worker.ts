/**
 * Hosts the `configuration` functions of one revision in a thread of its own: runs
 * the scripts once, and then answers one question after the other for as long as
 * the thread is left alone. Between two questions it sleeps; it is ended from outside.
 */
import { parentPort, workerData } from "node:worker_threads"
import { ASKED, FunctionMail, TURN } from "./function-mail.js"
import { ConfigurationFunctions, type FunctionSource } from "./functions.js"

export interface FunctionWork {
  readonly source: FunctionSource
  readonly shared: SharedArrayBuffer
}

if (parentPort === null) throw new Error("this file runs as a worker")

const { source, shared } = workerData as FunctionWork
const mail = new FunctionMail(shared)
const functions = new ConfigurationFunctions(source)
functions.prepare()
parentPort.postMessage("ready")
for (;;) {
  const turn = Atomics.load(mail.words, TURN)
  if (turn !== ASKED) Atomics.wait(mail.words, TURN, turn)
  else {
    const { id, args } = mail.asked
    mail.answer(functions.call(id, args))
  }
}
