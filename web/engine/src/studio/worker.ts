/** The Worker: a studio that hears and says messages. */
import { buffersOf, type ToStudio } from './messages'
import { Studio } from './studio'

const scope = globalThis as unknown as DedicatedWorkerGlobalScope
const studio = new Studio((message) => scope.postMessage(message, buffersOf(message)))
scope.onmessage = (event: MessageEvent<ToStudio>) => void studio.take(event.data)
