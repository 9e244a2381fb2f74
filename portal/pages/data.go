package pages

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/portal/discover"
	"github.com/stemma-chain/stemma/portal/index"
)

// refused is what programs read in place of an answer.
type refused struct {
	Error struct {
		// Code is "wrong_parameter", "wrong_page", "not_found", "away" or "internal".
		Code    string `json:"code"`
		Message string `json:"message"`
		// Parameter is the word of the address that is wrong.
		Parameter string `json:"parameter,omitempty"`
	} `json:"error"`
}

// data answers with JSON.
func (s *Site) data(answer func(context.Context, *http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		code := http.StatusOK
		said, err := answer(ctx, r)
		if err != nil {
			code, said = s.refuse(r, err)
		}
		raw, err := json.Marshal(said)
		if err != nil {
			s.Log.Error("answer in JSON", "path", r.URL.Path, "error", err)
			code, raw = http.StatusInternalServerError, []byte(`{"error":{"code":"internal","message":"internal error"}}`)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-cache")
		w.WriteHeader(code)
		_, _ = w.Write(append(raw, '\n')) // the reader is gone
	})
}

func (s *Site) refuse(r *http.Request, err error) (code int, said refused) {
	e := &said.Error
	away := errors.Is(err, context.DeadlineExceeded)
	if c := status.Code(err); c == codes.Unavailable || c == codes.DeadlineExceeded {
		away = true
	}
	switch param := discover.Wrong(err); {
	case param != "":
		e.Code, e.Message, e.Parameter = "wrong_parameter", err.Error(), param
		return http.StatusBadRequest, said
	case errors.Is(err, index.ErrPage):
		e.Code, e.Message, e.Parameter = "wrong_page", "no page gave this mark: begin at the first", "after"
		return http.StatusBadRequest, said
	case errors.Is(err, index.ErrNotFound):
		e.Code, e.Message = "not_found", err.Error()
		return http.StatusNotFound, said
	case away:
		e.Code, e.Message = "away", "the node does not answer; try again in a moment"
		return http.StatusServiceUnavailable, said
	}
	s.Log.Error("answer in JSON", "path", r.URL.Path, "error", err)
	e.Code, e.Message = "internal", "internal error"
	return http.StatusInternalServerError, said
}
