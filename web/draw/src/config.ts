/** What the page was filled with by `strokebook publish` or `strokebook canvas`. */

export interface StartDrawing {
  name: string
  /** x and y in turn, y down. */
  strokes: number[][]
}

export interface Config {
  models: { element: string; name: string }[]
  title: string
  artist: string
  licence: string
  credits: string[]
  /** The model's ink, `#rrggbb`; '': the page's own. */
  colour: string
  starts: StartDrawing[]
  /** Only sheet, cells, again and undo: a part of another page. */
  embed: boolean
}

const BARE: Config = {
  models: [], title: '', artist: '', licence: '', credits: [], colour: '', starts: [], embed: false,
}

/** The config in the page; an unfilled page has none. */
export function readConfig(text: string | null | undefined): Config {
  const given = JSON.parse(text?.trim() || '{}') as Partial<Config>
  return { ...BARE, ...given }
}

/** A colour that can be read on the paper: as it is, or lightened for the dark. */
export function inkColour(colour: string, dark: boolean): string {
  const parts = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)
  if (!parts) return ''
  const rgb = parts.slice(1).map((part) => parseInt(part, 16))
  const light = (0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]) / 255
  const target = dark ? Math.max(light, 0.55) : Math.min(light, 0.5)
  if (light === target) return colour
  const mixed = dark
    ? rgb.map((part) => part + (255 - part) * ((target - light) / (1 - light)))
    : rgb.map((part) => part * (target / light))
  return '#' + mixed.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')
}
