/* <strokebook-draw>: a page published with strokebook, shown on any site.
 *
 *   <script src="hand.js"></script>
 *   <strokebook-draw width="100%" height="640"></strokebook-draw>
 *
 * hand.html lies beside hand.js; another place is named by the attribute src. The page stands in a
 * frame of its own that may run its scripts and save drawings, and may do nothing else: it cannot
 * read or change the site around it, and sends nothing anywhere.
 */
(() => {
  'use strict'
  if (customElements.get('strokebook-draw')) return
  const own = document.currentScript ? document.currentScript.src : ''

  const besideScript = () => {
    if (!own) return ''
    const address = new URL(own)
    address.pathname = address.pathname.replace(/\.js$/, '.html')
    address.search = ''
    return address.href
  }

  const length = (text, otherwise) => {
    const value = (text || '').trim()
    if (/^\d+(\.\d+)?$/.test(value)) return `${value}px`
    return /^\d+(\.\d+)?(px|%|r?em|v[hw])$/.test(value) ? value : otherwise
  }

  class StrokebookDraw extends HTMLElement {
    static observedAttributes = ['src', 'width', 'height', 'title']

    connectedCallback() {
      if (!this.frame) {
        this.frame = document.createElement('iframe')
        this.frame.setAttribute('sandbox', 'allow-scripts allow-downloads')
        this.frame.setAttribute('allow', 'clipboard-write; fullscreen')
        this.frame.setAttribute('referrerpolicy', 'no-referrer')
        this.frame.setAttribute('loading', 'lazy')
        this.attachShadow({ mode: 'open' }).append(this.frame)
      }
      this.show()
    }

    attributeChangedCallback() {
      if (this.frame) this.show()
    }

    show() {
      const given = this.getAttribute('src')
      const address = given ? new URL(given, document.baseURI).href : besideScript()
      if (address && this.frame.src !== address) this.frame.src = address
      this.frame.title = this.getAttribute('title') || 'Draw together'
      Object.assign(this.frame.style, { display: 'block', width: '100%', height: '100%', border: '0' })
      this.style.display = 'block'
      this.style.width = length(this.getAttribute('width'), '100%')
      this.style.height = length(this.getAttribute('height'), '640px')
    }
  }

  customElements.define('strokebook-draw', StrokebookDraw)
})()
