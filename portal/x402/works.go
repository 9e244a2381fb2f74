package x402

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/cosmos/gogoproto/jsonpb"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/portal/bots"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Path begins the paths of works and of the facilitator.
const Path = "/x402/"

// Handler serves works, by use, and the facilitator for other servers.
func (d *Doors) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path+"works/{work}", d.work)
	mux.HandleFunc("GET "+Path+"facilitator/supported", d.supported)
	mux.HandleFunc("POST "+Path+"facilitator/verify", d.verifying)
	mux.HandleFunc("POST "+Path+"facilitator/settle", d.settling)
	return mux
}

// The words of a question about a work.
const (
	useKey        = "use"
	commercialKey = "commercial"
	territoryKey  = "territory"
	mediumKey     = "medium"
	untilKey      = "until"
	licenseeKey   = "licensee"
)

// Answer is what is handed over for a work: that it may be used so, by whom, on what conditions, and what was paid.
type Answer struct {
	Work       registrytypes.WorkID `json:"work"`
	Use        string               `json:"use"`
	Licensee   string               `json:"licensee,omitempty"`
	Verdict    string               `json:"verdict"`
	Permission string               `json:"permission,omitempty"`
	// Obligations that are left to whoever uses it, and notices, in sentences with their codes. Met are those that the payment met.
	Obligations []string `json:"obligations"`
	Met         []string `json:"met,omitempty"`
	Notices     []string `json:"notices"`
	// Height is that of the state that was asked.
	Height int64 `json:"height,string"`
	// Rights is the chain's answer as its REST interface gives it. It knows of no payment for one use: what is to be paid with each
	// stands in it all the same.
	Rights json.RawMessage `json:"rights"`
	Paid   *Receipt        `json:"paid,omitempty"`
	// Agent is the one that signed the request (Web Bot Auth), which gives it no rights.
	Agent string `json:"agent,omitempty"`
}

func (d *Doors) work(w http.ResponseWriter, r *http.Request) {
	t, licensee, err := d.thing(r)
	if err != nil {
		answerJSON(w, http.StatusBadRequest, refusal{Required: x402.Required{X402Version: x402.Version, Error: "bad_question"}, Detail: err.Error()})
		return
	}
	if licensee != "" && len(r.Header.Values(x402.PaymentHeader)) == 0 {
		answer, err := d.decide(r.Context(), t, licensee)
		if err != nil {
			d.refuse(w, r, t, unless(err))
			return
		}
		if x402.Free(answer) {
			d.tell(w, r, t, licensee, Receipt{})
			return
		}
	}
	d.Serve(w, r, t, func(paid Paid) error {
		receipt, err := paid(nil)
		if err != nil {
			return err
		}
		if receipt.Payer != "" {
			licensee = receipt.Payer
		}
		d.tell(w, r, t, licensee, receipt)
		return nil
	})
}

// thing reads a question. Its address is written in one way, since payments are bound to it.
func (d *Doors) thing(r *http.Request) (t Thing, licensee string, err error) {
	asked, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return t, "", err
	}
	known := []string{useKey, commercialKey, territoryKey, mediumKey, untilKey, licenseeKey}
	for key := range asked {
		if !slices.Contains(known, key) {
			return t, "", fmt.Errorf("%q is no word of a question: the words are %q", key, known)
		}
	}
	commercial := false
	if text := asked.Get(commercialKey); text != "" {
		if commercial, err = strconv.ParseBool(text); err != nil {
			return t, "", fmt.Errorf("%s is true or false, not %q", commercialKey, text)
		}
	}
	use, err := rights.ParseUse(rights.Wish{
		Action: asked.Get(useKey), Commercial: commercial, Territories: asked[territoryKey], Media: asked[mediumKey], Until: asked.Get(untilKey),
	}, d.Now())
	if err != nil {
		return t, "", err
	}
	if licensee = asked.Get(licenseeKey); licensee != "" {
		if _, err := sdk.AccAddressFromBech32(licensee); err != nil {
			return t, "", fmt.Errorf("%s: %w", licenseeKey, err)
		}
	}
	work := r.PathValue("work")
	if _, err := registrytypes.ParseWorkID(work); err != nil {
		if _, notDigest := registrytypes.ParseDigest("work", work); notDigest != nil {
			return t, "", err
		}
	}
	said := url.Values{useKey: {rights.ActionWord(use.Action)}}
	if commercial {
		said.Set(commercialKey, "true")
	}
	for key, list := range map[string][]string{territoryKey: use.Territories, mediumKey: use.Media} {
		if len(list) > 0 {
			said[key] = list
		}
	}
	if text := asked.Get(untilKey); text != "" {
		said.Set(untilKey, text)
	}
	return Thing{
		Resource: x402.Resource{
			URL: d.Origin + Path + "works/" + work + "?" + said.Encode(), Description: words.Use(use), MIMEType: "application/json",
		},
		Work: work, Use: use,
	}, licensee, nil
}

// tell says that the work may be used, as of now.
func (d *Doors) tell(w http.ResponseWriter, r *http.Request, t Thing, licensee string, receipt Receipt) {
	answer, err := d.answer(r.Context(), t, licensee, receipt)
	if err != nil {
		// It is paid, so what the chain says of it can be asked for again by the same payment.
		d.fail(w, r, err)
		return
	}
	if receipt.ID != "" {
		answer.Paid = &receipt
	}
	if bot := bots.Of(r.Context()); bot.Outcome == bots.Verified {
		answer.Agent = bot.String()
	}
	answerJSON(w, http.StatusOK, answer)
}

// answer asks at a height that has what was paid.
func (d *Doors) answer(ctx context.Context, t Thing, licensee string, receipt Receipt) (Answer, error) {
	height, _, err := d.Client.Latest(ctx)
	if err != nil {
		return Answer{}, errors.Join(ErrNode, err)
	}
	height = max(height, receipt.Height)
	said, err := d.decide(client.At(ctx, height), t, licensee)
	if err != nil {
		return Answer{}, err
	}
	var raw bytes.Buffer
	if err := (&jsonpb.Marshaler{OrigName: true}).Marshal(&raw, &said); err != nil {
		return Answer{}, err
	}
	a := Answer{
		Use: t.Description, Licensee: licensee, Verdict: rights.VerdictWord(said.Verdict), Permission: said.Permission,
		Obligations: []string{}, Notices: []string{}, Height: height, Rights: raw.Bytes(),
	}
	if len(said.Works) > 0 {
		a.Work = said.Works[0]
	}
	for _, o := range said.Obligations {
		if receipt.ForUse && o.Kind == licensetypes.OBLIGATION_PAY_PER_USE {
			a.Met = append(a.Met, words.Met(o))
			continue
		}
		a.Obligations = append(a.Obligations, words.Duty(o, said, t.Use, licensetypes.TermsID.String))
	}
	for _, n := range said.Notices {
		a.Notices = append(a.Notices, words.Notify(n))
	}
	return a, nil
}
