/** Puts arguments into a text in place of {}, in order. What an argument says is no place for the next: titles are others' words. */
export const say = (text, ...args) => text.replace(/\{\}/g, (place) => (args.length > 0 ? String(args.shift()) : place))
