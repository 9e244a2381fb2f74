package pages

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/portal/guard"
)

// eventsPath is where pages listen.
const eventsPath = "/events"

const (
	// lookEvery is the pause between two looks for a new block.
	lookEvery = time.Second
	// aliveEvery is how often a line is sent where no block comes, so that proxies keep the connection.
	aliveEvery = 20 * time.Second
	// listenFor is how long a page is told of blocks; its browser asks again.
	listenFor = 10 * time.Minute
	// listeners is how many pages are told at a time.
	listeners = 500
)

// events tells a page of new blocks, by server-sent events.
func (s *Site) events(w http.ResponseWriter, r *http.Request) {
	leave, refused := s.listening.Enter(r, 0)
	if refused != guard.NotFull {
		http.Error(w, "too many pages listen", http.StatusServiceUnavailable)
		return
	}
	defer leave()
	out := http.NewResponseController(w)
	words := s.languages[chosen(w, r)].words
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	end, height, last := s.now().Add(listenFor), int64(0), s.now()
	for s.now().Before(end) {
		line := ""
		if status := s.Status(); status.Height != height {
			height = status.Height
			raw, err := json.Marshal(map[string]string{
				"text": words.Say("status.height", status.Chain, height), "time": status.Time.UTC().Format(time.RFC3339),
				"said": sayTime(words, status.Time),
			})
			if err != nil {
				return
			}
			line = fmt.Sprintf("event: block\ndata: %s\n\n", raw)
		} else if s.now().Sub(last) > aliveEvery {
			line = ": alive\n\n"
		}
		if line != "" {
			last = s.now()
			if out.SetWriteDeadline(last.Add(answerWithin)) != nil {
				return
			}
			if _, err := w.Write([]byte(line)); err != nil || out.Flush() != nil {
				return
			}
		}
		select {
		case <-r.Context().Done():
			return
		case <-ticks.C:
		}
	}
}

// header answers with a header as proofs name it: HEIGHT:HASH.
func (s *Site) header(w http.ResponseWriter, r *http.Request) {
	height, err := strconv.ParseInt(r.PathValue("height"), 10, 64)
	if err != nil || height < 1 {
		http.Error(w, "no height of a block", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
	defer cancel()
	res, err := s.Node.Commit(ctx, &height)
	if err != nil || res.Header == nil {
		http.Error(w, "the node does not have that block", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	fmt.Fprintln(w, strings.TrimSpace(proof.TrustIn(res.Header).String()))
}
