/** The one place where the page gets its engine; a test build puts a made-up one here. */
export { createEngine } from '../../engine/src/index'
