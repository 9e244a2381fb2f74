package olp

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/stemma-chain/stemma/client/jose"
)

// form reads the parameters of a request: a form, or an object of texts in JSON (RSL 1.0 section 5.2). None is there
// twice (RFC 6749 section 3.2), and none stands in the address, where logs would have it.
func form(r *http.Request) (map[string]string, error) {
	bad := func(format string, args ...any) (map[string]string, error) {
		return nil, refuse(http.StatusBadRequest, invalidRequest, described(fmt.Errorf(format, args...)))
	}
	if r.URL.RawQuery != "" {
		return bad("parameters stand in the body")
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return bad("the Content-Type: %w", err)
	}
	raw, err := io.ReadAll(r.Body)
	if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
		return nil, refuse(http.StatusRequestEntityTooLarge, invalidRequest, fmt.Sprintf("at most %d bytes are read", MaxBody))
	}
	if err != nil {
		return bad("the body breaks off")
	}
	sent := map[string]string{}
	switch kind {
	case "application/json":
		if err := jose.Unmarshal(raw, &sent); err != nil {
			return bad("the body: %w", err)
		}
	case "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(raw))
		if err != nil {
			return bad("the body: %w", err)
		}
		for name, list := range values {
			if len(list) != 1 {
				return bad("%q is there %d times", name, len(list))
			}
			sent[name] = list[0]
		}
	default:
		return bad("the Content-Type %q: send application/x-www-form-urlencoded", kind)
	}
	return sent, nil
}

// credentials are the client's id and what shows it; all empty: there are none.
func credentials(r *http.Request, sent map[string]string) (id, assertion string, err error) {
	no := func(detail string) (string, string, error) {
		return "", "", refuse(http.StatusUnauthorized, invalidClient, detail)
	}
	headers := r.Header.Values("Authorization")
	byHeader, byBody := len(headers) > 0, sent["client_assertion"] != "" || sent["client_assertion_type"] != ""
	switch {
	case sent["client_secret"] != "":
		return no("no secrets are kept here: the client shows its account by a client assertion")
	case len(headers) > 1 || byHeader && byBody:
		return "", "", refuse(http.StatusBadRequest, invalidRequest, "the client shows itself in more ways than one")
	case byBody:
		if sent["client_assertion_type"] != assertionType {
			return no("client_assertion_type is " + assertionType)
		}
		return sent["client_id"], sent["client_assertion"], nil
	case !byHeader:
		return "", "", nil
	}
	scheme, value, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Basic") {
		return no("the scheme is Basic")
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value))
	if err != nil {
		return no("Basic: " + err.Error())
	}
	name, secret, found := strings.Cut(string(raw), ":")
	// Both are encoded as in forms (RFC 6749 section 2.3.1); what we read has nothing that this would change.
	id, idErr := url.QueryUnescape(name)
	assertion, secretErr := url.QueryUnescape(secret)
	if !found || idErr != nil || secretErr != nil || id == "" || assertion == "" {
		return no("Basic has the account as client_id, and a client assertion as client_secret")
	}
	return id, assertion, nil
}
