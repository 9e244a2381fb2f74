package bots

import (
	"context"
	"net/http"
)

type botKey struct{}

// Of is who signed a request, as Handler has found out.
func Of(ctx context.Context) Bot {
	bot, _ := ctx.Value(botKey{}).(Bot)
	return bot
}

// Handler says in the header of each answer to a signed request who signed it, or why that is not known. What a reader writes into that
// header goes no further.
func (c *Checker) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del(Header)
		bot := c.Check(r)
		if bot.Outcome != Unsigned {
			w.Header().Set(Header, printable(bot.String()))
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), botKey{}, bot)))
	})
}

// printable is a text that a header and a line of a log can have.
func printable(text string) string {
	const most = 300
	raw := []byte(text[:min(len(text), most)])
	for i, b := range raw {
		if b < ' ' || b > '~' {
			raw[i] = '?'
		}
	}
	return string(raw)
}
